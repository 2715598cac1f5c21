/** How sessions divide over one dimension: frequencies first, then shares with their intervals, and one's own usual. */
import { useState } from "preact/hooks";
import type { SuppressionReason } from "../../api/documents";
import { estimateText, shareText, withheldText } from "../../parts/estimate";
import { TableTwin } from "../../parts/table_twin";
import { words as common } from "../../parts/words";
import { type Bar, Bars, fullOf } from "../../pictures/bars";
import { words as pictures } from "../../pictures/words";
import { percent, span } from "../../words/dates";
import { Look } from "./look";
import { inOrder } from "./order";
import type { Slice, Spectrum } from "./patterns";
import { words } from "./words";

type Distribution = Spectrum["distribution"];

/** More rows of nothing than these are folded away: a list of absences is no picture. */
const MOST_EMPTY_ROWS = 2;

export function Division({ distribution }: { distribution: Distribution }) {
  const [looked, look] = useState<string | null>(null);
  const { by, period, sampleCount, suppressed } = distribution;
  const slices = inOrder(by, distribution.slices);
  const open = slices.find(({ key }) => key === looked);
  return (
    <section class="sheet" aria-labelledby="division-title">
      <div class="head">
        <h2 id="division-title">{words.heading[by]}</h2>
        <p class="soft">
          {span(period)} · {words.counted(common.sessions(sampleCount))}
        </p>
      </div>
      {suppressed ? (
        <Withheld why={suppressed} count={sampleCount} />
      ) : (
        <Picture distribution={distribution} slices={slices} look={look} />
      )}
      {open && <Look by={by} slice={open} close={() => look(null)} />}
    </section>
  );
}

function Withheld({ why, count }: { why: SuppressionReason; count: number }) {
  if (why === "SAFETY") {
    return (
      <p>
        {words.safety} <a href="/app/support">{words.support}</a>
      </p>
    );
  }
  if (count === 0) return <p class="soft">{words.nothing}</p>;
  return (
    <p class="soft">
      {words.withheld(common.suppressed[why])} {words.withheldCount(common.sessions(count))}
    </p>
  );
}

function Picture({
  distribution,
  slices,
  look,
}: {
  distribution: Distribution;
  slices: readonly Slice[];
  look: (key: string) => void;
}) {
  const { by, period, sampleCount, sharesSumToOne, textAlternative } = distribution;
  if (slices.length === 0) return <p>{textAlternative}</p>;
  const apart = by === "PATTERN" || by === "EMOTION" ? slices.filter(({ count }) => count === 0) : [];
  const none = apart.length > MOST_EMPTY_ROWS ? apart : [];
  const bars = slices.filter((slice) => !none.includes(slice)).map(barOf);
  const full = fullOf(slices.map(({ share }) => share));
  const usual = slices.find(({ vsBaseline }) => vsBaseline)?.vsBaseline?.baselinePeriod;
  const save = async () => {
    const { saveBars } = await import("../../pictures/save_bars");
    await saveBars({
      bars,
      full,
      name: `patterns-${by.toLowerCase()}`,
      title: words.heading[by],
      notes: [
        words.savedNotes.key,
        words.savedNotes.full(full),
        ...(sharesSumToOne ? [] : [words.savedNotes.several]),
      ],
      caption: words.saved(span(period), common.sessions(sampleCount)),
    });
  };
  return (
    <>
      <p class="unseen-by-eye">{textAlternative}</p>
      <p class="soft small">{by === "PATTERN" || by === "EMOTION" ? words.tap : words.place}</p>
      {bars.length > 0 && <Bars bars={bars} label={words.heading[by]} full={full} open={look} />}
      {none.length > 0 && (
        <details class="no-print">
          <summary>{words.none(none.length)}</summary>
          <Bars bars={none.map(barOf)} label={words.noneLabel} full={full} open={look} />
        </details>
      )}
      <p class="soft small">
        {words.key} {words.full(full)} {!sharesSumToOne && words.several}
      </p>
      <p class="soft small">{usual ? words.usualPeriod(usual.from, usual.to) : pictures.noUsual}</p>
      <div class="row apart no-print">
        <TableTwin caption={words.heading[by]} columns={words.columns} rows={slices.map(rowOf)} />
        {bars.length > 0 && (
          <button type="button" class="quiet" onClick={save}>
            {common.savePicture}
          </button>
        )}
      </div>
    </>
  );
}

function barOf({ key, label, count, share, vsBaseline }: Slice): Bar {
  const shown = share.value !== null && count !== null;
  const compared =
    vsBaseline && vsBaseline.direction !== "UNCLEAR" ? words.usual[vsBaseline.direction] : null;
  return {
    key,
    label,
    told: shown ? common.of(count, share.sampleCount) : withheldText(share),
    value: share.value,
    low: share.low,
    high: share.high,
    ...(shown && { note: [shareText(share), compared].filter(Boolean).join(" · ") }),
  };
}

function rowOf({ label, count, share, vsBaseline, affect }: Slice): string[] {
  const { value, low, high } = share;
  return [
    label,
    count === null ? withheldText(share) : `${count}`,
    value === null ? withheldText(share) : percent(value),
    low === null || high === null ? "–" : common.between(percent(low), percent(high)),
    vsBaseline ? words.usualShort[vsBaseline.direction] : "–",
    estimateText(affect.valence),
    estimateText(affect.arousal),
  ];
}
