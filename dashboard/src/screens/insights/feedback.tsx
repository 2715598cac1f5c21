/** How a card met its reader: shown as chosen at once, and taken back, with a sentence, when it could not be kept. */
import { useEffect, useState } from "preact/hooks";
import { Feedback as FeedbackDocument, type FeedbackVerdict } from "../../api/documents";
import { useHome } from "../../home";
import { sentence } from "../../parts/failure";
import type { Card } from "./pages";
import { words } from "./words";

const VERDICTS = Object.entries(words.feedback.verdicts) as [FeedbackVerdict, string][];

export function Feedback({ card }: { card: Card }) {
  const { feedback } = words;
  const { chosen, failed, choose } = useVerdict(card);
  return (
    <div class="feedback no-print">
      <fieldset>
        <legend class="small">
          <span aria-hidden="true">{feedback.legend}</span>
          <span class="unseen-by-eye">{feedback.of(card.headline.text)}</span>
        </legend>
        <div class="verdicts">
          {VERDICTS.map(([verdict, label]) => (
            <button
              key={verdict}
              type="button"
              class="verdict"
              aria-pressed={chosen === verdict}
              onClick={() => choose(verdict)}
            >
              {label}
            </button>
          ))}
        </div>
      </fieldset>
      <div role="status" class="soft small">
        {failed ?? (chosen && chosen !== "UPSETTING" && feedback.thanks)}
        {!failed && chosen === "UPSETTING" && <Sorry />}
      </div>
    </div>
  );
}

function Sorry() {
  const { feedback } = words;
  return (
    <div class="notice">
      <p>{feedback.sorry}</p>
      <div class="row">
        <a class="button" href="/app/support">
          {feedback.support}
        </a>
        <a class="button" href="/app/control">
          {feedback.leaveOut}
        </a>
      </div>
    </div>
  );
}

function useVerdict({ id, feedback }: Card) {
  const { ask } = useHome();
  const known = feedback?.verdict ?? null;
  const [chosen, setChosen] = useState<FeedbackVerdict | null>(known);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => setChosen(known), [known]);

  const choose = async (verdict: FeedbackVerdict) => {
    if (verdict === chosen) return;
    const before = chosen;
    setChosen(verdict);
    setFailed(null);
    const why = await refusal(verdict);
    if (!why) return;
    setChosen((now) => (now === verdict ? before : now));
    setFailed(words.feedback.failed(why));
  };
  const refusal = async (verdict: FeedbackVerdict): Promise<string | null> => {
    try {
      const answer = await ask(FeedbackDocument, { input: { insightId: id, verdict } });
      return answer === "unchanged" ? null : (answer.data.giveInsightFeedback.userErrors[0]?.message ?? null);
    } catch (failure) {
      return sentence(failure as Error);
    }
  };
  return { chosen, failed, choose };
}
