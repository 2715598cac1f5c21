/** Who wrote the month's words, from what, in which edition, and which checks they passed. */
import { dayOfInstant } from "../../words/dates";
import type { Summary } from "./month";
import { words } from "./words";

interface Given {
  readonly provenance: NonNullable<Summary["provenance"]>;
  readonly summary: Summary;
}

export function Origin({ provenance, summary }: Given) {
  const { engine, promptRevision, generatedAt, checksPassed, degraded } = provenance;
  const { origin } = words;
  const written = dayOfInstant(summary.publishedAt ?? generatedAt);
  const named: Readonly<Record<string, string>> = words.check;
  return (
    <section class="sheet origin" aria-labelledby="origin-title">
      <h2 id="origin-title">{origin.title}</h2>
      <p class="soft">
        {origin.engine[engine]} {origin.edition(summary.edition, written)} {degraded && origin.degraded}
      </p>
      <details class="no-print">
        <summary>{origin.checks(checksPassed.length)}</summary>
        <ul class="soft small checks">
          {checksPassed.map((check) => (
            <li key={check}>{named[check] ?? check}</li>
          ))}
        </ul>
        <p class="soft small">{origin.revision(promptRevision)}</p>
      </details>
      <p class="only-print small">
        {origin.checksShort(checksPassed.length)} {origin.revision(promptRevision)}
      </p>
    </section>
  );
}
