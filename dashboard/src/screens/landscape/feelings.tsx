/** The feelings of the period, strongest first, with their intervals. */
import { withheldText } from "../../parts/estimate";
import { TableTwin } from "../../parts/table_twin";
import { words as common } from "../../parts/words";
import { Bars, fullOf } from "../../pictures/bars";
import type { Spectrum } from "./landscape";
import { words } from "./words";

export function Feelings({ landscape: { emotions } }: { landscape: Spectrum["landscape"] }) {
  const { feelings } = words;
  const full = fullOf(emotions.map(({ intensity }) => intensity));
  return (
    <section class="sheet" aria-labelledby="feelings-title">
      <div class="head">
        <h2 id="feelings-title">{feelings.title}</h2>
        <p class="soft small">{feelings.explain}</p>
      </div>
      <Bars
        label={feelings.title}
        full={full}
        bars={emotions.map(({ emotion, label, intensity }) => ({
          key: emotion,
          label,
          told: intensity.value === null ? withheldText(intensity) : feelings.strength(intensity.value),
          value: intensity.value,
          low: intensity.low,
          high: intensity.high,
        }))}
      />
      <TableTwin
        caption={feelings.title}
        columns={feelings.columns}
        rows={emotions.map(({ label, intensity }) => [
          label,
          intensity.value === null ? withheldText(intensity) : feelings.strength(intensity.value),
          intensity.low === null || intensity.high === null
            ? "–"
            : common.between(feelings.strength(intensity.low), feelings.strength(intensity.high)),
          `${intensity.sampleCount}`,
        ])}
      />
    </section>
  );
}
