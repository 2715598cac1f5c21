/** Experiments: what is asked, whether it may be read, what has to be known first, and only then the numbers. */
import { useState } from "preact/hooks";
import { ChooseOne } from "../../parts/choice";
import { Notice } from "../../parts/notice";
import { Skeleton } from "../../parts/skeleton";
import { TableTwin } from "../../parts/table_twin";
import { usePolling } from "../../parts/use_polling";
import { Bars } from "../../pictures/bars";
import { Curves } from "../../pictures/curves";
import { catalogue } from "../../words/catalogue";
import { dayOfInstant, dayOfYear, instant } from "../../words/dates";
import {
  Conversion,
  type ConversionQuery,
  Experiments as ExperimentsDocument,
  type ExperimentsQuery,
  type Readiness,
  Retention,
  type RetentionInput,
  type RetentionQuery,
} from "../documents";
import {
  count,
  differenceText,
  figure,
  lastWeek,
  people,
  points,
  rateText,
  share,
  signedFigure,
  weekOf,
} from "../format";
import { Figures, Page, Sheet, Table, Trouble } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";

const words = catalogue({
  lead: "Planned before they began. A figure is there to be decided by only where it says so.",
  none: "There is no experiment.",
  arms: (key: string) => `Arms of ${key}`,
  armColumns: ["Arm", "What for", "Planned share", "Assigned", "Exposed"],
  roles: { HOLDOUT: "held out", CONTROL: "as before", TREATMENT: "what is new" },
  since: (from: string, to: string) => `From ${from} to ${to}`,
  open: "an end that is not fixed",
  planned: (each: string) => `${each} people planned for each arm`,
  metric: (metric: string) => `Decided by this alone: ${metric}`,
  readiness: {
    PENDING: "It is being computed, and is shown here as soon as it is there.",
    READY: "May be read for a decision.",
    TOO_EARLY: "Too early: the planned number of people is not reached. Look, don’t decide.",
    SAMPLE_RATIO_MISMATCH:
      "Do not read: the arms are not split as they were planned, so something is wrong with it.",
    GROUP_TOO_SMALL: "Fewer than 20 people in an arm: nothing is told.",
  } satisfies Record<Readiness, string>,
  caveats: "To know first",
  computed: (at: string) => `Computed ${at}`,
  conversion: (days: number) => `Upgrades within ${days} days`,
  all: "All who were assigned, seen or not",
  difference: "Difference",
  relative: "Relative to the control",
  exposed: "Difference of those exposed alone",
  detectable: "Smallest difference it would find 4 times in 5",
  split: "p of the planned split",
  conversionColumns: ["Arm", "People", "Upgraded", "Rate", "Half within (days)"],
  by: (method: string) => `Method: ${method}`,
  retention: "How long people come back",
  designs: {
    RANDOMISED_HOLDOUT: "Random holdout",
    OBSERVATIONAL: "Users and others",
  },
  effect: "People were held out at random, so the difference may be read as an effect.",
  description:
    "A description, not an effect: people chose to use Spectrum, and those who did differ from those who did not.",
  units: (unit: number) => `Week ${unit}`,
  unit: "Week",
  horizon: "Difference retained at the horizon",
  time: "Difference of the mean time retained, weeks",
  adjusted: "Adjusted for behaviour before",
  atRisk: "at risk",
  noCurves: "There is no curve yet.",
  noHoldout: "No experiment holds anybody out, so there is nothing to compare at random.",
});

type Experiment = OpsOf<ExperimentsQuery>["experiments"][number];
type Design = RetentionInput["design"];

const HORIZON = 8;
const COHORTS_BACK_MS = 26 * 7 * 86_400_000;

export function Experiments() {
  const asked = useAsked(ExperimentsDocument, {});
  return (
    <Page title={common.tabs.experiments} lead={words.lead} asked={asked}>
      {({ experiments }) => (
        <>
          {experiments.length === 0 && (
            <Sheet title={common.tabs.experiments} wide>
              <p class="soft">{words.none}</p>
            </Sheet>
          )}
          {experiments.map((experiment) => (
            <OneExperiment key={experiment.key} experiment={experiment} />
          ))}
          <Retained experiments={experiments} />
        </>
      )}
    </Page>
  );
}

function OneExperiment({ experiment }: { experiment: Experiment }) {
  const { key, hypothesis, startedAt, endsAt, plannedPerArm, withinDays, primaryMetric, arms } = experiment;
  const day = (at: string) => dayOfYear(dayOfInstant(at));
  const isHoldout = arms.some(({ role }) => role === "HOLDOUT");
  return (
    <Sheet title={key} wide note={hypothesis}>
      <p class="soft small">
        {words.since(day(startedAt), endsAt === null ? words.open : day(endsAt))} ·{" "}
        {words.planned(count(plannedPerArm))} · {words.metric(primaryMetric)}
      </p>
      <Table
        caption={words.arms(key)}
        columns={words.armColumns}
        wordColumns={2}
        rows={arms.map((arm) => [
          arm.key,
          words.roles[arm.role],
          share(arm.share),
          count(arm.assigned),
          count(arm.exposed),
        ])}
      />
      {!isHoldout && <Converted experimentKey={key} withinDays={withinDays} />}
    </Sheet>
  );
}

/** Whether it may be read, and what has to be known, before any number. */
function First({
  of: { readiness, caveats, computedAt },
  again,
}: {
  of: {
    readonly readiness: Readiness;
    readonly caveats: readonly string[];
    readonly computedAt: string | null;
  };
  again: () => void;
}) {
  usePolling(readiness === "PENDING", again);
  return (
    <>
      <Notice>
        <p>{words.readiness[readiness]}</p>
        {computedAt !== null && <p class="small">{words.computed(instant(computedAt))}</p>}
      </Notice>
      {caveats.length > 0 && (
        <div class="stack">
          <h3>{words.caveats}</h3>
          <ul class="caveats">
            {caveats.map((caveat) => (
              <li key={caveat}>{caveat}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Converted({ experimentKey, withinDays }: { experimentKey: string; withinDays: number }) {
  const asked = useAsked(Conversion, { key: experimentKey, withinDays });
  const impact = asked.data?.conversionImpact;
  return (
    <section class="stack" aria-label={`${experimentKey}: ${words.conversion(withinDays)}`}>
      <h3>{words.conversion(withinDays)}</h3>
      <Trouble asked={asked} />
      {impact ? (
        <>
          <First of={impact} again={asked.again} />
          {impact.readiness !== "PENDING" && <ConversionNumbers impact={impact} />}
        </>
      ) : (
        !asked.failure && <Skeleton heights={["8rem"]} />
      )}
    </section>
  );
}

function ConversionNumbers({ impact }: { impact: OpsOf<ConversionQuery>["conversionImpact"] }) {
  const { arms, difference, relative, exposedOnly, minimumDetectable, sampleRatioP } = impact;
  const highest = Math.max(0.01, ...arms.map(({ rate }) => rate.high ?? 0));
  return (
    <>
      <p class="soft small">{words.all}</p>
      <Bars
        label={words.conversion(impact.withinDays)}
        full={Math.min(1, highest)}
        bars={arms.map(({ arm, rate }) => ({
          ...{ key: arm.key, label: arm.key, told: words.roles[arm.role], note: rateText(rate) },
          ...{ value: rate.rate, low: rate.low, high: rate.high },
        }))}
      />
      <TableTwin
        caption={words.conversion(impact.withinDays)}
        columns={words.conversionColumns}
        rows={arms.map(({ arm, people: all, upgraded, rate, medianDaysToUpgrade }) => [
          arm.key,
          people(all),
          people(upgraded),
          rateText(rate),
          medianDaysToUpgrade === null ? common.few : figure(medianDaysToUpgrade),
        ])}
      />
      <Figures
        of={[
          [words.difference, differenceText(difference, points)],
          [words.exposed, differenceText(exposedOnly, points)],
          [words.relative, differenceText(relative, (value) => signedPercent(value))],
          [words.detectable, minimumDetectable === null ? common.notYet : points(minimumDetectable)],
          [words.split, sampleRatioP === null ? common.notYet : figure(sampleRatioP)],
        ]}
      />
      <p class="soft small">{words.by(difference.method)}</p>
    </>
  );
}

const signedPercent = (value: number) => `${signedFigure(value * 100)} %`;

function Retained({ experiments }: { experiments: readonly Experiment[] }) {
  const holdout = experiments.find(({ arms }) => arms.some(({ role }) => role === "HOLDOUT")) ?? null;
  const [design, choose] = useState<Design>(holdout ? "RANDOMISED_HOLDOUT" : "OBSERVATIONAL");
  const isRandom = design === "RANDOMISED_HOLDOUT" && holdout !== null;
  return (
    <Sheet title={words.retention} wide>
      <ChooseOne
        legend={words.retention}
        name="design"
        options={(Object.keys(words.designs) as Design[]).map((value) => ({
          value,
          label: words.designs[value],
        }))}
        chosen={design}
        choose={choose}
      />
      {design === "RANDOMISED_HOLDOUT" && !holdout ? (
        <p class="soft">{words.noHoldout}</p>
      ) : (
        <Lift
          key={design}
          input={{
            ...{ design, unit: "WEEK" },
            ...(isRandom ? planned(holdout) : { ...recent(), horizon: HORIZON, experimentKey: null }),
          }}
        />
      )}
    </Sheet>
  );
}

/** Everybody who was assigned so far, at the horizon that was fixed before: what is read for a decision. */
function planned({ key, startedAt, endsAt, horizonWeeks }: Experiment) {
  const last = endsAt === null ? Date.now() : Math.min(Date.parse(endsAt) - 1, Date.now());
  return {
    ...{ cohortFrom: weekOf(new Date(startedAt)), cohortTo: weekOf(new Date(last)) },
    ...{ horizon: horizonWeeks, experimentKey: key },
  };
}

/** Whoever was first met in the last half year. */
function recent() {
  const now = new Date();
  return { cohortFrom: lastWeek(new Date(now.getTime() - COHORTS_BACK_MS)), cohortTo: lastWeek(now) };
}

function Lift({ input }: { input: RetentionInput }) {
  const asked = useAsked(Retention, { input });
  const lift = asked.data?.retentionLift;
  const isDescription = input.design === "OBSERVATIONAL";
  return (
    <div class="stack">
      <p class={isDescription ? "described" : "soft"}>{isDescription ? words.description : words.effect}</p>
      <Trouble asked={asked} />
      {lift ? (
        <>
          <First of={lift} again={asked.again} />
          {lift.readiness !== "PENDING" && <LiftNumbers lift={lift} />}
        </>
      ) : (
        !asked.failure && <Skeleton heights={["16rem"]} />
      )}
    </div>
  );
}

function LiftNumbers({ lift }: { lift: OpsOf<RetentionQuery>["retentionLift"] }) {
  const { curves, atHorizon, meanTimeRetained, adjusted } = lift;
  const isAnySeen = curves.some(({ points: seen }) => seen.some(({ retained }) => retained !== null));
  const name = (curve: (typeof curves)[number]) => `${curve.label} (${people(curve.people)})`;
  const told = ({ retained, low, high }: (typeof curves)[number]["points"][number]) =>
    retained === null ? common.few : differenceText({ value: retained, low, high }, share);
  return (
    <>
      {isAnySeen ? (
        <Curves
          curves={curves.map((curve) => ({
            label: name(curve),
            points: curve.points.map(({ unit, retained, low, high }) => ({
              x: unit,
              value: retained,
              low,
              high,
            })),
          }))}
          label={words.retention}
          first={words.units(0)}
          last={words.units(HORIZON)}
          format={share}
        />
      ) : (
        <p class="soft">{curves.length === 0 ? words.noCurves : common.few}</p>
      )}
      {curves.length > 0 && (
        <TableTwin
          caption={words.retention}
          columns={[
            words.unit,
            ...curves.flatMap((curve) => [name(curve), `${curve.label}, ${words.atRisk}`]),
          ]}
          rows={(curves[0]?.points ?? []).map(({ unit }, place) => [
            String(unit),
            ...curves.flatMap(({ points: all }) => {
              const point = all[place];
              return point ? [told(point), people(point.atRisk)] : ["", ""];
            }),
          ])}
        />
      )}
      <Figures
        of={[
          [words.horizon, differenceText(atHorizon, points)],
          [words.time, differenceText(meanTimeRetained, signedFigure)],
          ...(adjusted ? [[words.adjusted, differenceText(adjusted, points)] as const] : []),
        ]}
      />
      <p class="soft small">{words.by((adjusted ?? atHorizon).method)}</p>
    </>
  );
}
