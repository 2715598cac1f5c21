/** The one small step a card ends in: a way on this page, or a wish to the app around it. */
import { useState } from "preact/hooks";
import type { SuggestedAction } from "../../api/documents";
import { wish } from "../../api/host";
import type { Card } from "./pages";
import { words } from "./words";

const HERE: Partial<Record<SuggestedAction, string>> = {
  REVIEW_SESSIONS: "/app/control",
  SEE_SUPPORT: "/app/support",
};

export function Step({ step: { action, label } }: { step: NonNullable<Card["suggestion"]> }) {
  const [said, setSaid] = useState("");
  const way = HERE[action];
  if (way)
    return (
      <a class="button step" href={way}>
        {label}
      </a>
    );
  return (
    <>
      <button type="button" class="step" onClick={() => setSaid(taken(action))}>
        {label}
      </button>
      <p role="status" class="soft small said">
        {said}
      </p>
    </>
  );
}

/** What is said once the step is taken. */
function taken(action: SuggestedAction): string {
  const { steps } = words;
  if (action === "TAKE_A_BREAK") return steps.TAKE_A_BREAK;
  if (wish({ type: "open", action })) return steps.opening;
  return (steps as Partial<Record<SuggestedAction, string>>)[action] ?? steps.elsewhere;
}
