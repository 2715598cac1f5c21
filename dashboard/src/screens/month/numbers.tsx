/** The numbers of a month in one table, with their intervals: shown when asked for, and always on paper. */
import { useState } from "preact/hooks";
import type { Estimate } from "../../parts/estimate";
import { words as common } from "../../parts/words";
import { percent, signed } from "../../words/dates";
import type { Division, Spectrum, Summary } from "./month";
import { withheldHere } from "./withheld";
import { words } from "./words";

const { numbers: said } = words;

type Counted = Estimate & { readonly sampleCount: number };

interface Line {
  readonly label: string;
  readonly number: string;
  readonly interval: string;
  readonly sessions: number;
}

interface NamedLines {
  readonly name: string;
  readonly lines: readonly Line[];
}

export function Numbers({ spectrum, summary }: { spectrum: Spectrum; summary: Summary }) {
  const [shown, show] = useState(false);
  const { centre, spread, emotions } = summary.landscape;
  const tables: readonly (readonly NamedLines[])[] = [
    [
      {
        name: said.middle,
        lines: [
          lineOf(said.valence, centre.valence, signed),
          lineOf(said.arousal, centre.arousal, signed),
          lineOf(said.spread, spread, (value) => value.toFixed(2)),
        ],
      },
      {
        name: said.emotions,
        lines: emotions.map(({ label, intensity }) => lineOf(label, intensity, percent)),
      },
    ],
    [
      { name: said.patterns, lines: sharesOf(spectrum.patterns) },
      { name: said.sources, lines: sharesOf(spectrum.sources) },
    ],
  ];
  return (
    <section class="sheet numbers" aria-labelledby="numbers-title">
      <h2 id="numbers-title">{said.title}</h2>
      <div class="row no-print">
        <button type="button" aria-expanded={shown} aria-controls="numbers" onClick={() => show(!shown)}>
          {shown ? said.hide : said.show}
        </button>
      </div>
      <div id="numbers" class={shown ? "stack" : "only-print"}>
        <div class="numbers-tables">
          {tables.map((groups, place) => (
            <Table key={place} name={said.tables[place] ?? ""} groups={groups} />
          ))}
        </div>
        <Absent division={spectrum.patterns} />
      </div>
    </section>
  );
}

function Table({ name, groups }: { name: string; groups: readonly NamedLines[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolls" tabIndex={0} aria-label={name}>
      <table>
        <caption class="unseen-by-eye">{name}</caption>
        <thead>
          <tr>
            {said.columns.map((column, place) => (
              <th key={column} scope="col" class={place > 0 ? "number" : ""}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => group.lines.length > 0 && <Group key={group.name} {...group} />)}
      </table>
    </section>
  );
}

function Group({ name, lines }: NamedLines) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4} class="numbers-group">
          {name}
        </th>
      </tr>
      {lines.map(({ label, number, interval, sessions }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          <td class="number">{number}</td>
          <td class="number">{interval}</td>
          <td class="number">{sessions}</td>
        </tr>
      ))}
    </tbody>
  );
}

/** What was in no session at all is named in a sentence, not in rows. */
function Absent({ division: { slices, sampleCount, suppressed } }: { division: Division }) {
  if (suppressed) {
    return (
      <p class="soft small">
        {said.patterns}: {said.withheld(common.suppressed[suppressed])}
      </p>
    );
  }
  const absent = slices.filter(({ count }) => count === 0).map(({ label }) => label);
  if (absent.length === 0) return null;
  return <p class="soft small">{said.noneOf(common.sessions(sampleCount), absent.join(", "))}</p>;
}

function sharesOf({ slices }: Division): Line[] {
  return slices
    .filter(({ count }) => count !== 0)
    .map(({ label, count, share }) => ({
      ...lineOf(label, share, percent),
      number:
        count === null || share.value === null ? withheldHere(share) : `${count} (${percent(share.value)})`,
    }));
}

function lineOf(label: string, estimate: Counted, format: (value: number) => string): Line {
  const { value, low, high, sampleCount } = estimate;
  return {
    label,
    number: value === null ? withheldHere(estimate) : format(value),
    interval: low === null || high === null ? "–" : common.between(format(low), format(high)),
    sessions: sampleCount,
  };
}
