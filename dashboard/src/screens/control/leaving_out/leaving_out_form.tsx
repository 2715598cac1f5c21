/** Leaving something else out: chosen, looked at as it would be, and only then done. */
import { useEffect, useState } from "preact/hooks";
import { Failure } from "../../../parts/failure";
import { Refusals } from "../../../parts/refusals";
import type { Refusal } from "../../../parts/use_change";
import { today } from "../../../words/dates";
import type { Session } from "../control";
import { Choosing } from "./choosing";
import { PreviewSheet } from "./preview";
import { type Draft, missing } from "./target";
import { usePreview } from "./use_preview";
import { words } from "./words";

interface Given {
  readonly hasPlan: boolean;
  readonly picked: Session | null;
  readonly unpick: () => void;
  readonly leaveOut: (draft: Draft, token: string | null) => Promise<boolean>;
  readonly busy: boolean;
  readonly refused: readonly Refusal[];
  readonly forget: () => void;
}

const EMPTY: Draft = { kind: "session", session: null, from: "", to: today(), source: "MIRROR" };

export function LeavingOutForm({ hasPlan, picked, unpick, leaveOut, busy, refused, forget }: Given) {
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, session: picked });
  const [wrong, setWrong] = useState<string | null>(null);
  const { preview, failure, looking, look, drop } = usePreview();
  const expired = refused.some(({ code }) => code === "PREVIEW_EXPIRED");
  useEffect(() => {
    if (expired) void look(draft);
  }, [expired]);

  const change = (part: Partial<Draft>) => {
    if (part.session === null) unpick();
    setDraft((before) => ({ ...before, ...part }));
    setWrong(null);
    forget();
    drop();
  };
  const begin = () => {
    const lacks = missing(draft);
    setWrong(lacks);
    if (lacks || busy || looking) return;
    if (hasPlan) void look(draft);
    else void apply(null);
  };
  const apply = async (token: string | null) => {
    if (await leaveOut(draft, token)) change({ ...EMPTY });
  };
  return (
    <section class="stack" aria-labelledby="leaving-out-title">
      <div class="sheet">
        <h2 id="leaving-out-title">{words.add}</h2>
        <Choosing draft={draft} change={change} />
        {!hasPlan && <p class="soft small">{words.without}</p>}
        <p role="alert" class={wrong ? "notice" : "unseen-by-eye"}>
          {wrong}
        </p>
        {!preview && (
          <>
            <Refusals refused={refused} />
            <div class="row">
              <button type="button" class="strong" aria-disabled={looking || busy} onClick={begin}>
                {hasPlan ? words.look : words.apply}
              </button>
            </div>
          </>
        )}
        <p role="status" class={looking ? "soft small" : "unseen-by-eye"}>
          {looking && words.looking}
        </p>
        {failure && <Failure failure={failure} again={begin} />}
      </div>
      {preview && (
        <PreviewSheet preview={preview}>
          {expired ? (
            <p class="notice" role="alert">
              {words.expired}
            </p>
          ) : (
            <Refusals refused={refused} />
          )}
          <div class="row">
            <button
              type="button"
              class="strong"
              aria-disabled={busy || looking}
              onClick={() => busy || looking || void apply(preview.token)}
            >
              {words.apply}
            </button>
            <button type="button" onClick={() => change({})}>
              {words.notNow}
            </button>
          </div>
        </PreviewSheet>
      )}
    </section>
  );
}
