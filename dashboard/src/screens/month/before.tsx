/** How the month compares with the one before: the viewer's own, never anybody else's. */
import { estimateText } from "../../parts/estimate";
import { WhyUnclear } from "../../parts/why_unclear";
import { monthBeside, monthName, span } from "../../words/dates";
import type { Summary } from "./month";
import { words } from "./words";

export function Before({ summary: { vsPreviousMonth }, month }: { summary: Summary; month: string }) {
  if (!vsPreviousMonth) return null;
  const { direction, difference, baselinePeriod } = vsPreviousMonth;
  const { before } = words;
  return (
    <section class="sheet" aria-labelledby="before-title">
      <h2 id="before-title">{before.title(monthName(monthBeside(month, -1)))}</h2>
      <p>{before[direction]}</p>
      <p class="soft small">{before.by(estimateText(difference), span(baselinePeriod))}</p>
      <WhyUnclear of={[vsPreviousMonth]} />
    </section>
  );
}
