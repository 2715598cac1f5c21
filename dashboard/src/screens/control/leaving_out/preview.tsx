/** What would change: the plane before and after, the numbers, and the words that would be rewritten. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Metric } from "../../../api/documents";
import { type Estimate, estimateText, withheldText } from "../../../parts/estimate";
import { type State, TwoCentres } from "../../../pictures/two_centres";
import { percent, signed } from "../../../words/dates";
import { words as landscape } from "../../landscape/words";
import type { Preview } from "./use_preview";
import { words } from "./words";

const SHARES = new Set<Metric>(["PATTERN_SHARE", "SOURCE_SHARE", "TIME_SHARE", "EMOTION_INTENSITY"]);

export function PreviewSheet({ preview, children }: { preview: Preview; children: ComponentChildren }) {
  const { before, after, sessionsAffected, becomesTooSmall } = preview;
  const told = words.preview;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="sheet">
      <div class="head">
        <h2 ref={heading} tabIndex={-1}>
          {told.title}
        </h2>
        <p class="soft">{told.period(before.period.from, before.period.to)}</p>
      </div>
      <p>{told.affected(sessionsAffected)}</p>
      {becomesTooSmall && <p class="notice">{told.small}</p>}
      <figure>
        <TwoCentres
          before={stateOf(before)}
          after={stateOf(after)}
          label={told.label(before.textAlternative, after.textAlternative)}
          axes={landscape.axes}
        />
        <figcaption class="soft small">{told.key}</figcaption>
      </figure>
      <Middles before={before} after={after} />
      <Changes changes={preview.changes} />
      <Rewritten rewritten={preview.rewritten} />
      {children}
    </div>
  );
}

function stateOf({ series, centre }: Preview["before"]): State {
  const days = series.keys.flatMap((key, place) => {
    const [valence, arousal] = [series.valence[place], series.arousal[place]];
    return valence == null || arousal == null ? [] : [{ key, valence, arousal }];
  });
  return { days, centre };
}

function Middles({ before, after }: Pick<Preview, "before" | "after">) {
  const told = words.preview;
  const rows = [
    { name: told.before, centre: before.centre },
    { name: told.after, centre: after.centre },
  ];
  return (
    <dl class="facts">
      {rows.map(({ name, centre: { valence, arousal } }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="soft">
            {valence.value === null
              ? landscape.centreWithheld(withheldText(valence))
              : landscape.centreText(estimateText(valence), estimateText(arousal))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Changes({ changes }: Pick<Preview, "changes">) {
  const told = words.preview;
  const [measure, now, then] = told.columns.split("|");
  if (changes.length === 0) return <p class="soft">{told.noChanges}</p>;
  return (
    <div class="stack">
      <h3 id="changes-title">{told.changes}</h3>
      <table class="changes" aria-labelledby="changes-title">
        <thead>
          <tr>
            <th scope="col">{measure}</th>
            <th scope="col">{now}</th>
            <th scope="col">{then}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ metric, subject, label, before, after }) => (
            <tr key={`${metric} ${subject}`}>
              <th scope="row">{label}</th>
              <td>{valueText(metric, before)}</td>
              <td>{valueText(metric, after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function valueText(metric: Metric, estimate: Estimate): string {
  if (estimate.value === null) return withheldText(estimate);
  if (SHARES.has(metric)) return percent(estimate.value);
  if (metric === "SESSION_COUNT") return `${estimate.value}`;
  return metric === "SPREAD" ? estimate.value.toFixed(2) : signed(estimate.value);
}

function Rewritten({ rewritten }: Pick<Preview, "rewritten">) {
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
      <ul class="plain-list lines">
        {texts.map(({ id, title, when }) => (
          <li key={id}>
            <p>{title}</p>
            <p class="soft small">{when}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
