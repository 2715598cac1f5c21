/** The example on the plane. That it is one stands in the picture itself, so that a screenshot says so, too. */
import { useState } from "preact/hooks";
import { daysOf } from "../../pictures/days";
import { Plane } from "../../pictures/plane";
import { words as pictures } from "../../pictures/words";
import "./teaser.css";
import type { Teased } from "./teaser";
import { words } from "./words";

export function Example({ landscape }: { landscape: Teased["exampleLandscape"] }) {
  const [chosen, choose] = useState<number | null>(null);
  const { example } = words;
  return (
    <section class="sheet" aria-labelledby="example-title">
      <h2 id="example-title">{example.title}</h2>
      <figure class="example">
        <Plane
          days={daysOf(landscape.series)}
          centre={landscape.centre}
          label={landscape.textAlternative}
          corners={pictures.corners}
          axes={pictures.axes}
          chosen={chosen}
          choose={choose}
          mark={`${example.mark} · ${example.invented}`}
        />
        <figcaption class="soft small">{example.key}</figcaption>
      </figure>
    </section>
  );
}
