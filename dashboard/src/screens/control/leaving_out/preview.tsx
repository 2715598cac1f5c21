/** What would change: the plane before and after, the numbers, and the words that would be rewritten. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { estimateText, withheldText } from "../../../parts/estimate";
import { daysOf } from "../../../pictures/days";
import { type State, TwoCentres } from "../../../pictures/two_centres";
import { words as pictures } from "../../../pictures/words";
import { words as landscape } from "../../landscape/words";
import { Changes, Rewritten } from "./changes";
import type { Preview } from "./use_preview";
import { words } from "./words";

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
          axes={pictures.axes}
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

const stateOf = ({ series, centre }: Preview["before"]): State => ({ days: daysOf(series), centre });

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
