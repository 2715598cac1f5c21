/** The plane with its days, and one of them to look at: the newest, until another is chosen. */
import { useId, useRef, useState } from "preact/hooks";
import { type Estimate, estimateText, withheldText } from "../../parts/estimate";
import { words as common } from "../../parts/words";
import { BelowPlane } from "../../pictures/below_plane";
import { daysOf } from "../../pictures/days";
import { type DayOnPlane, Plane } from "../../pictures/plane";
import { words as pictures } from "../../pictures/words";
import { dayOfWeekIn, signed, span } from "../../words/dates";
import type { Spectrum } from "./landscape";
import { words } from "./words";

export function Days({ landscape, name }: { landscape: Spectrum["landscape"]; name: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const figure = useRef<HTMLElement>(null);
  const { series, centre, period } = landscape;
  const days = daysOf(series);
  const place = placeOf(chosen, days);
  const choose = (next: number | null) => next !== null && setChosen(days[next]?.key ?? null);
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
          chosen={place}
          choose={choose}
        />
        <figcaption class="soft small">{words.planeKey}</figcaption>
      </figure>
      {place !== null && <Slider days={days} place={place} choose={choose} dayText={dayOfWeekIn(period)} />}
      <Middle centre={centre} spread={landscape.spread} />
      {landscape.excludedCount > 0 && <p class="soft small">{words.excluded(landscape.excludedCount)}</p>}
      <BelowPlane
        figure={figure}
        days={days}
        dayText={dayOfWeekIn(period)}
        title={words.plane}
        name={name}
        caption={`${words.plane} · ${span(period)}`}
      />
    </section>
  );
}

/** Where the chosen day is now: days come and go. The newest where none is chosen, or it is gone. */
export function placeOf(chosen: string | null, days: readonly { readonly key: string }[]): number | null {
  if (days.length === 0) return null;
  const place = days.findIndex(({ key }) => key === chosen);
  return place < 0 ? days.length - 1 : place;
}

interface Sliding {
  readonly days: readonly DayOnPlane[];
  readonly place: number;
  readonly choose: (place: number) => void;
  readonly dayText: (date: string) => string;
}

function Slider({ days, place, choose, dayText }: Sliding) {
  const id = useId();
  const day = days[place];
  if (!day) return null;
  const { key, sampleCount, valence, arousal } = day;
  const told = words.dayText(dayText(key), common.sessions(sampleCount), signed(valence), signed(arousal));
  return (
    <div class="field no-print">
      <label for={id} class="soft small">
        {words.chooseDay}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={days.length - 1}
        value={place}
        aria-valuetext={told}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
      <output for={id}>{told}</output>
    </div>
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
