/** How pleasantness moved through the period. */
import { TableTwin } from "../../parts/table_twin";
import { words as common } from "../../parts/words";
import { type Bucket, Trend } from "../../pictures/trend";
import { dayIn, firstDay, signed } from "../../words/dates";
import type { Spectrum } from "./landscape";
import { words } from "./words";

type Series = Spectrum["trend"]["series"];

export function Course({
  trend: { granularity, series },
  landscape,
}: {
  trend: Spectrum["trend"];
  landscape: Spectrum["landscape"];
}) {
  const { trend } = words;
  const usual = landscape.valenceVsBaseline?.baseline.value ?? null;
  const weekly = granularity === "WEEK";
  const steps = weekly ? known(series) : [];
  const days = landscape.series.keys.flatMap((key, place) => {
    const value = landscape.series.valence[place];
    return value == null ? [] : [{ key, value }];
  });
  return (
    <section class="sheet" aria-labelledby="trend-title">
      <h2 id="trend-title">{trend.title}</h2>
      {days.length > 1 ? (
        <figure>
          <Trend
            days={days}
            steps={steps}
            stepDays={7}
            period={landscape.period}
            usual={usual}
            label={trend.label(days.length, weekly ? steps.length : null)}
            top={trend.pleasant}
            bottom={trend.unpleasant}
          />
          <figcaption class="soft small">
            {weekly ? trend.weeks : trend.days} {usual !== null && trend.dashed}
          </figcaption>
        </figure>
      ) : (
        <p class="soft">{trend.nothing}</p>
      )}
      <TableTwin caption={trend.title} columns={trend.columns} rows={rows(series, dayIn(landscape.period))} />
    </section>
  );
}

function known(series: Series): Bucket[] {
  return series.keys.flatMap((key, place) => {
    const [value, low, high] = [series.valence[place], series.valenceLow[place], series.valenceHigh[place]];
    return value == null || low == null || high == null ? [] : [{ key, value, low, high }];
  });
}

function rows(series: Series, day: (date: string) => string): string[][] {
  const found = new Map(known(series).map((each) => [each.key, each]));
  return series.keys.map((key, place) => {
    const bucket = found.get(key);
    const interval = bucket && bucket.low !== bucket.high;
    return [
      day(firstDay(key)),
      bucket ? signed(bucket.value) : words.trend.notSaid,
      interval ? common.between(signed(bucket.low), signed(bucket.high)) : "–",
      `${series.sampleCount[place]}`,
    ];
  });
}
