/** What would change, asked for once and kept nowhere. */
import { useRef, useState } from "preact/hooks";
import { Preview as PreviewDocument, type PreviewQuery } from "../../../api/documents";
import { useHome } from "../../../home";
import { type Draft, rangeOf, targetOf } from "./target";

export type Preview = NonNullable<PreviewQuery["viewer"]["spectrum"]>["exclusionPreview"];

export function usePreview() {
  const { ask, outbox } = useHome();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [looking, setLooking] = useState(false);
  const round = useRef(0);

  const look = async (draft: Draft) => {
    const mine = ++round.current;
    setLooking(true);
    setFailure(null);
    try {
      const answer = await ask(PreviewDocument, {
        input: { range: rangeOf(draft), add: [targetOf(draft)], removeExclusionIds: [] },
      });
      if (mine !== round.current || answer === "unchanged") return;
      setPreview(answer.data.viewer.spectrum?.exclusionPreview ?? null);
      void outbox.add("EXCLUSION_PREVIEWED");
    } catch (failed) {
      if (mine !== round.current) return;
      setPreview(null);
      setFailure(failed as Error);
    }
    setLooking(false);
  };
  const drop = () => {
    round.current++;
    setPreview(null);
    setFailure(null);
    setLooking(false);
  };
  return { preview, failure, looking, look, drop };
}
