/** How the period compares with the viewer's own usual. Never with other people. */
import { estimateText } from "../../parts/estimate";
import { WhyUnclear } from "../../parts/why_unclear";
import { words as pictures } from "../../pictures/words";
import type { Spectrum } from "./landscape";
import { words } from "./words";

export function Usual({
  landscape: { valenceVsBaseline, arousalVsBaseline },
}: {
  landscape: Spectrum["landscape"];
}) {
  const { usual } = words;
  return (
    <section class="sheet" aria-labelledby="usual-title">
      <h2 id="usual-title">{usual.title}</h2>
      {valenceVsBaseline && arousalVsBaseline ? (
        <>
          <ul class="plain-list stack">
            {[
              { said: usual.valence[valenceVsBaseline.direction], difference: valenceVsBaseline.difference },
              { said: usual.arousal[arousalVsBaseline.direction], difference: arousalVsBaseline.difference },
            ].map(({ said, difference }) => (
              <li key={said}>
                <p>{said}</p>
                <p class="soft small">{usual.by(estimateText(difference))}</p>
              </li>
            ))}
          </ul>
          <WhyUnclear of={[valenceVsBaseline, arousalVsBaseline]} />
          <p class="soft small">
            {usual.explain(valenceVsBaseline.baselinePeriod.from, valenceVsBaseline.baselinePeriod.to)}
          </p>
        </>
      ) : (
        <p class="soft">{pictures.noUsual}</p>
      )}
    </section>
  );
}
