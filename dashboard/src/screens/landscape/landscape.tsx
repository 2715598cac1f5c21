/** Screen 1: where days sat on the feeling plane, how pleasantness moved, and how that compares with one's usual. */
import { useState } from "preact/hooks";
import type { LandscapeQuery, Preset, Source } from "../../api/documents";
import { firstAsks } from "../../first_asks";
import { ChooseAny, ChooseOne } from "../../parts/choice";
import { Screen } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { Waiting } from "../../parts/waiting";
import { words as pictures } from "../../pictures/words";
import { sources } from "../../words/sources";
import { Course } from "./course";
import { Days } from "./days";
import { Feelings } from "./feelings";
import { Usual } from "./usual";
import { words } from "./words";

type Range = keyof typeof pictures.ranges & Preset;
export type Spectrum = NonNullable<LandscapeQuery["viewer"]["spectrum"]>;

const RANGES = Object.entries(pictures.ranges).map(([value, label]) => ({ value: value as Range, label }));
const SOURCES = Object.entries(sources).map(([value, label]) => ({ value: value as Source, label }));

const first = firstAsks.landscape;

export function Landscape() {
  const [range, setRange] = useState<Range>(first.variables.range.preset);
  const [chosen, choose] = useState<Source[]>(SOURCES.map(({ value }) => value));
  const variables = {
    range: { preset: range },
    trend: range === "LAST_7_DAYS" ? "DAY" : "WEEK",
    sources: chosen.length === SOURCES.length ? null : chosen,
  } as const;
  return (
    <Screen
      title={words.title}
      document={first.document}
      variables={variables}
      viewed="LANDSCAPE_VIEWED"
      skeleton={<Skeleton heights={["min(100vw, 28rem)", "12rem", "14rem"]} />}
      choices={
        <div class="stack">
          <ChooseOne legend={words.range} name="range" options={RANGES} chosen={range} choose={setRange} />
          <ChooseAny
            legend={words.sources}
            name="sources"
            options={SOURCES}
            chosen={chosen}
            choose={choose}
          />
        </div>
      }
    >
      {(spectrum) => (
        <>
          {spectrum.state === "COLLECTING" && <Waiting standing={spectrum} />}
          <Pictures spectrum={spectrum} range={range} />
        </>
      )}
    </Screen>
  );
}

function Pictures({ spectrum: { landscape, trend }, range }: { spectrum: Spectrum; range: Range }) {
  if (landscape.series.keys.length === 0) return <p class="sheet">{words.nothing}</p>;
  return (
    <>
      <Days landscape={landscape} name={`landscape-${range.toLowerCase()}`} />
      <Usual landscape={landscape} />
      <Course trend={trend} landscape={landscape} />
      <Feelings landscape={landscape} />
    </>
  );
}
