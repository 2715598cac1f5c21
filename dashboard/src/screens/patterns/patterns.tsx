/** Screen 2: how sessions divide, with what certainty, and what moved inside them. */
import { useState } from "preact/hooks";
import type { DistributionDimension, PatternsQuery, Preset, TurnGrouping } from "../../api/documents";
import { firstAsks } from "../../first_asks";
import { ChooseOne } from "../../parts/choice";
import { Screen } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { Waiting } from "../../parts/waiting";
import { words as pictures } from "../../pictures/words";
import { Division } from "./division";
import { Impact } from "./impact";
import { words } from "./words";

type Range = keyof typeof pictures.ranges & Preset;
export type Spectrum = NonNullable<PatternsQuery["viewer"]["spectrum"]>;
export type Slice = Spectrum["distribution"]["slices"][number];

const RANGES = Object.entries(pictures.ranges).map(([value, label]) => ({ value: value as Range, label }));
const DIMENSIONS = Object.entries(words.dimensions).map(([value, label]) => ({
  value: value as DistributionDimension,
  label,
}));

const first = firstAsks.patterns;

export function Patterns() {
  const [range, setRange] = useState<Range>(first.variables.range.preset);
  const [by, setBy] = useState<DistributionDimension>(first.variables.by);
  const [groupBy, setGroupBy] = useState<TurnGrouping>(first.variables.groupBy);
  return (
    <Screen
      title={words.title}
      document={first.document}
      variables={{ range: { preset: range }, by, groupBy }}
      viewed="DISTRIBUTION_VIEWED"
      skeleton={<Skeleton heights={["32rem", "20rem"]} />}
      choices={
        <div class="stack">
          <ChooseOne legend={words.range} name="range" options={RANGES} chosen={range} choose={setRange} />
          <ChooseOne legend={words.dimension} name="by" options={DIMENSIONS} chosen={by} choose={setBy} />
        </div>
      }
    >
      {({ state, progress, distribution, turnImpact }) => (
        <>
          {state === "COLLECTING" && <Waiting standing={{ state, progress }} />}
          <Division distribution={distribution} />
          <Impact impact={turnImpact} groupBy={groupBy} choose={setGroupBy} />
        </>
      )}
    </Screen>
  );
}
