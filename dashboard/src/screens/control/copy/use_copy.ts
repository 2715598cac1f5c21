/** Taking the copy as state: how much has come, and how it ended, in words. */
import { useEffect, useRef, useState } from "preact/hooks";
import { BrokenOff, copyAsBlob, copyIntoFile, fileToWrite, GivenUp } from "../../../api/copy";
import { Refused, SignedOut, Throttled, Unreachable } from "../../../api/failures";
import { useHome } from "../../../home";
import { sentence } from "../../../parts/failure";
import { saveFile } from "../../../parts/save_file";
import { instant, today } from "../../../words/dates";
import { words } from "./words";

export function useCopy() {
  const { token, reader } = useHome();
  const [bytes, setBytes] = useState<number | null>(null);
  const [told, tell] = useState("");
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []);

  const take = async () => {
    const controller = new AbortController();
    stopping.current = controller;
    tell("");
    setBytes(0);
    try {
      if (token.endsAt <= Date.now()) throw new SignedOut();
      const name = `kalei-spectrum-${today()}.zip`;
      const asked = { bearer: token.bearer, signal: controller.signal, came: setBytes };
      const file = await fileToWrite(name);
      const blob = file ? null : await copyAsBlob(asked);
      const size = file ? await copyIntoFile(asked, file) : (blob?.size ?? 0);
      if (blob) saveFile(blob, name);
      tell(words.done(words.size(size)));
    } catch (failure) {
      tell(why(failure as Error));
      if (failure instanceof SignedOut) reader.refresh();
    }
    stopping.current = null;
    setBytes(null);
  };
  return { bytes, told, take, stop: () => stopping.current?.abort() };
}

function why(failure: Error): string {
  if (failure instanceof BrokenOff) return words.brokenOff;
  if (failure instanceof GivenUp) return words.givenUp;
  if (failure instanceof Throttled) return words.tooOften(instant(Date.now() + failure.afterMs));
  if (failure instanceof Unreachable && navigator.onLine) return words.notNow;
  if (failure instanceof SignedOut || failure instanceof Unreachable || failure instanceof Refused)
    return sentence(failure);
  return words.notWritten;
}
