/** The month's days on the plane: small, between the words; to be saved as a picture. */
import { useRef } from "preact/hooks";
import { estimateText } from "../../parts/estimate";
import { words as common } from "../../parts/words";
import { BelowPlane } from "../../pictures/below_plane";
import { daysOf } from "../../pictures/days";
import { Plane } from "../../pictures/plane";
import { words as pictures } from "../../pictures/words";
import { dayOfWeek } from "../../words/dates";
import { words as landscapeWords } from "../landscape/words";
import type { Summary } from "./month";
import { withheldHere } from "./withheld";
import { words } from "./words";

interface Given {
  readonly landscape: Summary["landscape"];
  readonly month: string;
  readonly sampleCount: number;
  /** A heading of its own where it does not stand under one. */
  readonly heading: "h2" | null;
}

export function Days({ landscape, month, sampleCount, heading: Heading }: Given) {
  const figure = useRef<HTMLElement>(null);
  const { series, centre } = landscape;
  const days = daysOf(series);
  return (
    <>
      {Heading && <Heading>{words.plane.title}</Heading>}
      <figure ref={figure} class="month-plane">
        <Plane
          days={days}
          centre={centre}
          label={landscape.textAlternative}
          corners={pictures.corners}
          axes={pictures.axes}
          chosen={null}
          choose={() => undefined}
        />
        <figcaption class="soft small">
          {words.plane.key}{" "}
          {centre.valence.value === null
            ? landscapeWords.centreWithheld(withheldHere(centre.valence))
            : `${words.plane.middle} ${landscapeWords.centreText(estimateText(centre.valence), estimateText(centre.arousal))}`}
        </figcaption>
      </figure>
      <BelowPlane
        figure={figure}
        days={days}
        dayText={dayOfWeek}
        title={words.plane.title}
        name={`month-${month}`}
        caption={words.share.saved(month, common.sessions(sampleCount))}
      />
    </>
  );
}
