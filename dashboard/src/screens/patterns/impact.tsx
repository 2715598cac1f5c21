/** What moved inside sessions, always with the sentence that says what such movement cannot tell. */
import type { TurnGrouping } from "../../api/documents";
import { ChooseOne } from "../../parts/choice";
import { type Estimate, estimateText } from "../../parts/estimate";
import { TableTwin } from "../../parts/table_twin";
import { words as common } from "../../parts/words";
import { type Shift, Shifts, shiftReach } from "../../pictures/shifts";
import type { Spectrum } from "./patterns";
import { words } from "./words";

type Summary = Spectrum["turnImpact"];

const { impact: said } = words;
const GROUPINGS = Object.entries(said.groupings).map(([value, label]) => ({
  value: value as TurnGrouping,
  label,
}));

interface Given {
  readonly impact: Summary;
  readonly groupBy: TurnGrouping;
  readonly choose: (groupBy: TurnGrouping) => void;
}

export function Impact({ impact, groupBy, choose }: Given) {
  const { caveat, sessionShift, groups } = impact;
  const whole = [
    shiftOf("valence", said.valence, sessionShift.valence),
    shiftOf("arousal", said.arousal, sessionShift.arousal),
  ];
  const parts = groups.map(({ key, label, turnCount, shift }) => ({
    ...shiftOf(key, label, shift.valence),
    told: said.turns(turnCount),
    note: said.shift(estimateText(shift.valence)),
  }));
  const far = shiftReach([...whole, ...parts]);
  return (
    <section class="sheet" aria-labelledby="impact-title">
      <h2 id="impact-title">{said.title}</h2>
      <p class="notice">{caveat}</p>
      <div class="head">
        <h3>{said.whole}</h3>
        <p class="soft small">{said.wholeOf(common.sessions(sessionShift.valence.sampleCount))}</p>
      </div>
      <Shifts label={said.whole} shifts={whole} far={far} ends={said.endsWhole} />
      <h3>{said.groupsTitle}</h3>
      <ChooseOne
        legend={said.grouping}
        name="grouping"
        options={GROUPINGS}
        chosen={groupBy}
        choose={choose}
      />
      {parts.length > 0 ? (
        <>
          <Shifts label={said.groupsTitle} shifts={parts} far={far} ends={said.ends} />
          <p class="soft small">{said.key}</p>
          <TableTwin caption={said.groupsTitle} columns={said.columns} rows={groups.map(rowOf)} />
        </>
      ) : (
        <p class="soft">{said.nothing}</p>
      )}
    </section>
  );
}

function shiftOf(key: string, label: string, estimate: Estimate): Shift {
  const { value, low, high } = estimate;
  return { key, label, told: "", note: estimateText(estimate), value, low, high };
}

function rowOf({ label, turnCount, shift }: Summary["groups"][number]): string[] {
  return [label, `${turnCount}`, estimateText(shift.valence), estimateText(shift.arousal)];
}
