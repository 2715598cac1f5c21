/** The numbers that would change, and the words that would be rewritten; the first of them, and all on asking. */
import type { Metric } from "../../../api/documents";
import { type Estimate, withheldText } from "../../../parts/estimate";
import { percent, signed } from "../../../words/dates";
import type { Preview } from "./use_preview";
import { words } from "./words";

/** So many are shown before the rest is asked for. */
const FIRST = 5;
const SHARES = new Set<Metric>(["PATTERN_SHARE", "SOURCE_SHARE", "TIME_SHARE", "EMOTION_INTENSITY"]);

export function Changes({ changes }: Pick<Preview, "changes">) {
  const told = words.preview;
  if (changes.length === 0) return <p class="soft">{told.noChanges}</p>;
  const rows = changes.map(({ metric, subject, label, before, after }) => ({
    key: `${metric} ${subject}`,
    label,
    was: valueText(metric, before),
    will: valueText(metric, after),
  }));
  const seen = rows.filter(({ was, will }) => was !== will);
  const slight = rows.length - seen.length;
  return (
    <div class="stack">
      <h3 id="changes-title">{told.changes}</h3>
      {seen.length > 0 && <Table rows={seen.slice(0, FIRST)} name={told.changes} />}
      {seen.length > FIRST && (
        <details>
          <summary>{told.all(seen.length)}</summary>
          <Table rows={seen} name={told.all(seen.length)} />
        </details>
      )}
      {slight > 0 && <p class="soft small">{told.slight(slight)}</p>}
    </div>
  );
}

interface Row {
  readonly key: string;
  readonly label: string;
  readonly was: string;
  readonly will: string;
}

function Table({ rows, name }: { rows: readonly Row[]; name: string }) {
  const [measure, now, then] = words.preview.columns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolls" tabIndex={0} aria-label={name}>
      <table class="changes" aria-label={name}>
        <thead>
          <tr>
            <th scope="col">{measure}</th>
            <th scope="col">{now}</th>
            <th scope="col">{then}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label}</th>
              <td>{row.was}</td>
              <td>{row.will}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function valueText(metric: Metric, estimate: Estimate): string {
  if (estimate.value === null) return withheldText(estimate);
  if (SHARES.has(metric)) return percent(estimate.value);
  if (metric === "SESSION_COUNT") return `${estimate.value}`;
  return metric === "SPREAD" ? estimate.value.toFixed(2) : signed(estimate.value);
}

export function Rewritten({ rewritten }: Pick<Preview, "rewritten">) {
  const told = words.preview;
  const texts = rewritten.flatMap((each) => {
    if (each.__typename === "Insight")
      return [{ id: each.id, title: each.headline.text, when: told.week(each.period.from, each.period.to) }];
    if (each.__typename === "MonthlySummary")
      return [{ id: each.id, title: each.title?.text ?? "", when: told.month(each.month) }];
    return [];
  });
  if (texts.length === 0) return <p class="soft">{told.noRewritten}</p>;
  return (
    <div class="stack">
      <h3>{told.rewritten}</h3>
      <Texts texts={texts.slice(0, FIRST)} />
      {texts.length > FIRST && (
        <details>
          <summary>{told.all(texts.length)}</summary>
          <Texts texts={texts} />
        </details>
      )}
    </div>
  );
}

interface Text {
  readonly id: string;
  readonly title: string;
  readonly when: string;
}

function Texts({ texts }: { texts: readonly Text[] }) {
  return (
    <ul class="plain-list lines">
      {texts.map(({ id, title, when }) => (
        <li key={id}>
          <p>{title}</p>
          <p class="soft small">{when}</p>
        </li>
      ))}
    </ul>
  );
}
