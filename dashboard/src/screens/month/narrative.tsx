/** The words of a month as they came, with pictures between them and, behind each claim, what it rests on. */
import { useState } from "preact/hooks";
import { useHome } from "../../home";
import { EvidenceDrawer } from "../../parts/evidence";
import { Days } from "./days";
import { Divided } from "./divided";
import type { Summary } from "./month";
import { words } from "./words";

type Section = Summary["sections"][number];
type Claim = Section["paragraphs"][number];
type Open = (ids: readonly string[]) => void;

interface Given {
  readonly summary: Summary;
  readonly title: Claim;
}

export function Narrative({ summary, title }: Given) {
  const [shown, show] = useState<readonly string[] | null>(null);
  const { outbox } = useHome();
  const { id, sections, landscape, month, sampleCount } = summary;
  const open: Open = (ids) => {
    show(ids);
    void outbox.add("EVIDENCE_OPENED", { subjectId: id });
  };
  const placed = sections.some(({ kind }) => kind === "LANDSCAPE") ? "LANDSCAPE" : sections[0]?.kind;
  return (
    <article class="sheet narrative" aria-labelledby="month-title">
      <div class="titled">
        <h2 id="month-title">{title.text}</h2>
        <Marker claim={title} open={open} />
      </div>
      {sections.map((section) => (
        <section key={section.kind}>
          <h3>{section.heading}</h3>
          {section.paragraphs.map((claim) => (
            <p key={claim.text} class="prose">
              {claim.text}
              <Marker claim={claim} open={open} />
            </p>
          ))}
          {section.distribution && <Divided division={section.distribution} label={section.heading} />}
          {section.kind === placed && (
            <Days landscape={landscape} month={month} sampleCount={sampleCount} heading={null} />
          )}
        </section>
      ))}
      {shown && <EvidenceDrawer ids={shown} close={() => show(null)} />}
    </article>
  );
}

/** A sentence that states nothing of the person has no evidence, and so no mark. */
function Marker({ claim: { evidence }, open }: { claim: Claim; open: Open }) {
  if (evidence.length === 0) return null;
  return (
    <button
      type="button"
      class="marker no-print"
      aria-haspopup="dialog"
      aria-label={words.restsOn(evidence.map(({ label }) => label).join(", "))}
      onClick={() => open(evidence.map(({ id }) => id))}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M3.5 12.5v-3M8 12.5v-9M12.5 12.5v-6" />
      </svg>
    </button>
  );
}
