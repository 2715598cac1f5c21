/** Whether messages come to this browser, as state; both changes are under a tap. */
import { useEffect, useState } from "preact/hooks";
import { useHome } from "../../../home";
import type { Answer } from "../../../push/this_browser";
import type { Viewer } from "../control";

export interface ToldHere {
  /** Null until it is known. */
  readonly answer: Answer | null;
  readonly busy: boolean;
  /** Which of the person's devices this browser is; null: none. */
  readonly deviceId: string | null;
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
}

export function useHere(devices: Viewer["devices"]): ToldHere {
  const { thisBrowser, reader } = useHome();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [deviceId, setDeviceId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const known = devices.map(({ id }) => id);

  const look = async () => {
    const browser = await thisBrowser();
    const now = await browser.standing(known);
    setAnswer((before) => (now === "OFF" && before === "FAILED" ? "FAILED" : now));
    setDeviceId((await browser.device())?.id ?? null);
  };
  useEffect(() => {
    if (!busy) void look().catch(() => setAnswer("FAILED"));
  }, [known.join(" "), busy]);

  const changing = async (work: () => Promise<Answer>) => {
    setBusy(true);
    setAnswer(await work().catch((): Answer => "FAILED"));
    setBusy(false);
    reader.refresh();
  };
  return {
    ...{ answer, busy, deviceId },
    begin: () => changing(async () => await (await thisBrowser()).begin()),
    end: () =>
      changing(async () => {
        await (await thisBrowser()).end();
        return "OFF";
      }),
  };
}
