/** The plane with its days, and one of them to look at. */
import { useRef, useState } from "preact/hooks";
import { type Estimate, estimateText, withheldText } from "../../parts/estimate";
import { TableTwin } from "../../parts/table_twin";
import { words as common } from "../../parts/words";
import { type DayOnPlane, Plane } from "../../pictures/plane";
import { words as pictures } from "../../pictures/words";
import { dayOfWeek, signed, span } from "../../words/dates";
import type { Spectrum } from "./landscape";
import { words } from "./words";

export function Days({ landscape, name }: { landscape: Spectrum["landscape"]; name: string }) {
  const [chosen, choose] = useState<number | null>(null);
  const figure = useRef<HTMLElement>(null);
  const { series, centre, period } = landscape;
  const days: DayOnPlane[] = series.keys.flatMap((key, place) => {
    const [valence, arousal] = [series.valence[place], series.arousal[place]];
    return valence == null || arousal == null
      ? []
      : [{ key, valence, arousal, sampleCount: series.sampleCount[place] ?? 1 }];
  });
  const picked = chosen === null ? undefined : days[chosen];
  const told = picked ? tellOf(picked) : words.noDay;

  const save = async () => {
    const { savePicture } = await import("../../pictures/save");
    const svg = figure.current?.querySelector("svg");
    if (svg) await savePicture(svg, name, `${words.plane} · ${span(period)}`);
  };
  return (
    <section class="sheet" aria-labelledby="plane-title">
      <div class="head">
        <h2 id="plane-title">{words.plane}</h2>
        <p class="soft">{span(period)}</p>
      </div>
      <figure ref={figure}>
        <Plane
          days={days}
          centre={centre}
          label={landscape.textAlternative}
          corners={pictures.corners}
          axes={pictures.axes}
          chosen={picked ? chosen : null}
          choose={choose}
        />
        <figcaption class="soft small">{words.planeKey}</figcaption>
      </figure>
      <label class="field no-print">
        <span class="unseen-by-eye">{words.chooseDay}</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, days.length - 1)}
          value={chosen ?? days.length - 1}
          aria-valuetext={told}
          onInput={(event) => choose(Number(event.currentTarget.value))}
        />
        <output class="soft">{told}</output>
      </label>
      <Middle centre={centre} spread={landscape.spread} />
      {landscape.excludedCount > 0 && <p class="soft small">{words.excluded(landscape.excludedCount)}</p>}
      <div class="row apart no-print">
        <TableTwin
          caption={words.plane}
          columns={words.planeColumns.split("|")}
          rows={days.map((each) => [
            dayOfWeek(each.key),
            signed(each.valence),
            signed(each.arousal),
            `${each.sampleCount}`,
          ])}
        />
        <button type="button" class="quiet" onClick={save}>
          {common.savePicture}
        </button>
      </div>
    </section>
  );
}

function Middle({ centre, spread }: { centre: { valence: Estimate; arousal: Estimate }; spread: Estimate }) {
  if (centre.valence.value === null)
    return <p class="soft">{words.centreWithheld(withheldText(centre.valence))}</p>;
  return (
    <p class="soft">
      {words.centreText(estimateText(centre.valence), estimateText(centre.arousal))}{" "}
      {spread.value !== null && words.spreadText(estimateText(spread, (value) => value.toFixed(2)))}
    </p>
  );
}

function tellOf({ key, sampleCount, valence, arousal }: DayOnPlane): string {
  return words.dayText(dayOfWeek(key), common.sessions(sampleCount), signed(valence), signed(arousal));
}
