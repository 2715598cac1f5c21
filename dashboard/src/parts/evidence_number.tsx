/** One number behind a sentence, as it was when the sentence was written, and how it stands now. */
import type { EvidenceQuery } from "../api/documents";
import type { Reading } from "../api/reader";
import { IntervalOnLine } from "../pictures/interval";
import { dayOfWeek, span } from "../words/dates";
import { sourceName } from "../words/sources";
import { estimateText, withheldText } from "./estimate";
import { words } from "./evidence_words";
import { type Measure, measureOf } from "./measures";
import type { EvidenceRead } from "./use_evidence";
import { WhyUnclear } from "./why_unclear";
import { words as common } from "./words";

interface Given {
  readonly evidence: EvidenceRead;
  readonly reading: Reading<EvidenceQuery>;
}

export function EvidenceNumber({ evidence, reading }: Given) {
  const { id, label, metric, period, value, comparison, sessions } = evidence;
  const measure = measureOf(metric);
  return (
    <section class="stack evidence" aria-labelledby={`${id}-label`}>
      <div class="head">
        <h3 id={`${id}-label`} class="evidence-label">
          {label}
        </h3>
        <p class="soft small">{span(period)}</p>
      </div>
      <Value value={value} measure={measure} />
      <Picture evidence={evidence} measure={measure} />
      <p class="soft small">
        {words.basis(common.sessions(value.sampleCount), value.dayCount)}
        {value.value !== null && ` · ${common.confidence[value.confidence] ?? ""}`}
      </p>
      {comparison && <Usual comparison={comparison} measure={measure} />}
      <Check check={evidence.check} reading={reading} />
      {sessions.totalCount > 0 && <Counted sessions={sessions} />}
    </section>
  );
}

/** As a count where it is one, else the number itself; then its interval. Where it is withheld, why: of a past week, not what it lacks. */
function Value({ value: estimate, measure }: { value: Shown; measure: Measure }) {
  const { value, low, high, sampleCount } = estimate;
  if (value === null || low === null || high === null)
    return <p>{words.withheld(withheldText({ ...estimate, sessionsNeeded: null }))}</p>;
  const count = measure.isShare ? wholeCount(value, sampleCount) : null;
  const said = measure.format(value);
  return (
    <div>
      <p class="evidence-value">
        {count === null ? said : words.counted(count, common.sessions(sampleCount))}
      </p>
      {low !== high && (
        <p class="soft">
          {count !== null && `${said} · `}
          {words.interval(measure.format(low), measure.format(high))}
        </p>
      )}
    </div>
  );
}

type Shown = EvidenceRead["value"];

/** How many sessions a share stands for; null when it is not exactly a number of them. */
function wholeCount(share: number, sessions: number): number | null {
  const count = Math.round(share * sessions);
  return sessions > 0 && Math.abs(count / sessions - share) < 1e-6 ? count : null;
}

function Picture({ evidence: { value, comparison }, measure }: { evidence: EvidenceRead; measure: Measure }) {
  const { value: middle, low, high } = value;
  if (!measure.scale || middle === null || low === null || high === null) return null;
  const usual = comparison?.baseline.value ?? null;
  const told = [words.picture(measure.format(middle), measure.format(low), measure.format(high))];
  if (usual !== null) told.push(words.pictureUsual(measure.format(usual)));
  return (
    <IntervalOnLine
      scale={measure.scale}
      value={middle}
      low={low}
      high={high}
      usual={usual === null ? null : { value: usual, label: words.yourUsual }}
      label={told.join(" ")}
    />
  );
}

function Usual({
  comparison,
  measure,
}: {
  comparison: NonNullable<EvidenceRead["comparison"]>;
  measure: Measure;
}) {
  const { direction, difference, baseline, baselinePeriod } = comparison;
  const told = measure.isPercent ? words.differencePoints : words.difference;
  return (
    <div>
      <h4 class="small">{words.usual}</h4>
      <p>{words.direction[direction] ?? common.direction.UNCLEAR}</p>
      <p class="soft small">{told(estimateText(difference, measure.difference))}</p>
      <WhyUnclear of={[comparison]} />
      <p class="soft small">{words.usualWas(estimateText(baseline, measure.format), span(baselinePeriod))}</p>
    </div>
  );
}

/** Said of now only when it was counted now. */
function Check({
  check,
  reading: { stale, at },
}: {
  check: EvidenceRead["check"];
  reading: Given["reading"];
}) {
  if (stale && at !== null) return <p class="evidence-check small">{words.check.saved(at)}</p>;
  return (
    <p class={check === "CHANGED" ? "notice" : "evidence-check small"} role="status">
      {words.check[check]}
    </p>
  );
}

function Counted({ sessions: { totalCount, nodes } }: { sessions: EvidenceRead["sessions"] }) {
  return (
    <details>
      <summary>{words.sessions(totalCount)}</summary>
      <ul class="plain-list evidence-sessions">
        {nodes.map(({ id, source, localDate }) => (
          <li key={id}>
            <span>{dayOfWeek(localDate)}</span>
            <span class="soft">{sourceName(source)}</span>
          </li>
        ))}
        {totalCount > nodes.length && <li class="soft">{words.sessionsMore(totalCount - nodes.length)}</li>}
      </ul>
    </details>
  );
}
