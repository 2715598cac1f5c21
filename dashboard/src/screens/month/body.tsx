/** What there is to see of a month, by how it stands: its words, or why there are none, and its numbers. */
import { Notice } from "../../parts/notice";
import { words as common } from "../../parts/words";
import { span, today } from "../../words/dates";
import { Before } from "./before";
import { Days } from "./days";
import type { Spectrum, Summary } from "./month";
import { Narrative } from "./narrative";
import { Numbers } from "./numbers";
import { Origin } from "./origin";
import { PrintButton } from "./print_button";
import { words } from "./words";

export function Body({ spectrum, month }: { spectrum: Spectrum; month: string }) {
  const summary = spectrum.monthlySummary;
  if (!summary) return <p class="sheet">{words.future}</p>;
  const { title, sampleCount, landscape, provenance } = summary;
  const counted = sampleCount > 0;
  return (
    <>
      <p class="only-print small">{words.paper.head}</p>
      <p class="soft month-count">
        {words.counted(common.sessions(sampleCount), span(summary.period))}
        {landscape.excludedCount > 0 && ` · ${words.excluded(landscape.excludedCount)}`}
      </p>
      <Standing summary={summary} neededNow={spectrum.progress.neededForMonthly} />
      {title && <Narrative summary={summary} title={title} />}
      {!title && counted && (
        <section class="sheet">
          <Days landscape={landscape} month={month} sampleCount={sampleCount} heading="h2" />
        </section>
      )}
      {counted && <Before summary={summary} month={month} />}
      {counted && <Numbers spectrum={spectrum} summary={summary} />}
      {provenance && <Origin provenance={provenance} summary={summary} />}
      {counted && <PrintButton />}
      {counted && <p class="only-print small">{words.paper.foot(today())}</p>}
    </>
  );
}

function Standing({ summary, neededNow }: { summary: Summary; neededNow: number }) {
  const { status, expectedBy, sampleCount, sessionsNeeded } = summary;
  const { standing } = words;
  const sessions = common.sessions(sampleCount);
  switch (status) {
    case "READY":
      return null;
    case "REBUILDING":
      return (
        <Notice>
          {standing.REBUILDING} {expectedBy && standing.due(expectedBy)}
        </Notice>
      );
    case "PENDING":
      return (
        <section class="sheet">
          <h2>{standing.pendingTitle}</h2>
          <p>{standing.pending}</p>
          {expectedBy && <p class="soft">{standing.due(expectedBy)}</p>}
        </section>
      );
    case "NOT_ENOUGH_DATA":
      return (
        <section class="sheet">
          <h2>{standing.few.title}</h2>
          <p>{sampleCount > 0 ? standing.few.counted(sessions) : words.none}</p>
          {sampleCount > 0 && sessionsNeeded !== null && (
            <p class="soft">{standing.few.needed(sessionsNeeded)}</p>
          )}
        </section>
      );
    case "IN_PROGRESS":
      return (
        <section class="sheet">
          <h2>{standing.progress.title}</h2>
          <p>{standing.progress.text(sessions)}</p>
          <p class="soft">
            {standing.progress.needed(neededNow)} {expectedBy && standing.progress.due(expectedBy)}
          </p>
        </section>
      );
    case "NUMBERS_ONLY":
      return (
        <section class="sheet">
          <h2>{standing.numbers.title}</h2>
          <p>{standing.numbers.text}</p>
        </section>
      );
  }
}
