/** Use: who comes and comes back, how far they get, how long they wait, and what is told outside. */
import { useState } from "preact/hooks";
import { TableTwin } from "../../parts/table_twin";
import { Bars } from "../../pictures/bars";
import { catalogue } from "../../words/catalogue";
import { span } from "../../words/dates";
import { type EventName, Use as UseDocument, type UseQuery } from "../documents";
import { count, duration, milliseconds, people, rateText } from "../format";
import { ChooseRange, Figures, Page, RatesOverTime, Sheet, Table } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";
import { Webhooks } from "./webhooks";

const words = catalogue({
  lead: "Counts of people and of what they opened, never of what stood there. Groups under 20 are not told of.",
  reach: "Reach, by week",
  reachNote:
    "People who looked at something of Spectrum, of those who have it. The range may cut off a part of the first and last week.",
  returning: "Returning, by week",
  returningNote: "Of those active in the week before",
  ringsTrue: "Rang true, of all verdicts on cards",
  week: "Week",
  counts: "By week",
  fewEachWeek: "Fewer than 20 people in each week.",
  countColumns: ["Week", "Have Spectrum", "Active", "Cards opened", "Evidence looked at", "Rang true"],
  funnel: "How far people come",
  funnelNote:
    "Within 14 days of the first step; who is still within them counts as not having come further yet",
  funnelColumns: ["Step", "People", "Of the step before", "Of the first step", "Half took it within"],
  first: "first step",
  loads: "Load times",
  loadsNote: "Three of four loads are to be within the target",
  loadColumns: [
    "Screen",
    "Loads",
    "Half within",
    "Three of four within",
    "95 % within",
    "Target",
    "Within it",
  ],
  threeOfFour: (ms: string) => `three of four within ${ms}`,
  target: (ms: string) => `target ${ms}`,
  resets: "Resets",
  requested: "Asked for",
  succeeded: "Ended well",
  failed: "Did not",
  p95: "95 % ended within",
  verified: "Receipts counted again, twice, with nothing found",
  push: "Messages",
  due: "For people with a device",
  sent: "Done with",
  accepted: "Taken by a push service",
  delivered: "Seen by a device that said so",
  held: "Moved out of quiet hours",
  gone: "With a device that is gone",
  unsent: "With a device that could not be told",
  opened: "Opened, of those taken",
});

/** From a card on the feed to the month, the way that most people go. */
const STEPS: readonly EventName[] = ["SPECTRUM_OPENED", "FEED_VIEWED", "INSIGHT_OPENED", "EVIDENCE_OPENED"];

type Ops = OpsOf<UseQuery>;

export function Use() {
  const [preset, choose] = useState<"LAST_7_DAYS" | "LAST_28_DAYS" | "LAST_90_DAYS" | "LAST_365_DAYS">(
    "LAST_90_DAYS",
  );
  const asked = useAsked(UseDocument, { range: { preset }, steps: STEPS });
  return (
    <Page
      title={common.tabs.use}
      lead={words.lead}
      asked={asked}
      choices={<ChooseRange chosen={preset} choose={choose} />}
    >
      {(ops) => (
        <>
          <Engagement report={ops.engagement} />
          <Funnel steps={ops.funnel.steps} />
          <Loads loads={ops.loadTimes} />
          <Sheet title={words.resets}>
            <Figures
              of={[
                [words.requested, count(ops.resets.requested)],
                [words.succeeded, count(ops.resets.succeeded)],
                [words.failed, count(ops.resets.failed)],
                [words.p95, duration(ops.resets.p95Seconds)],
                [words.verified, count(ops.resets.receiptsVerified)],
              ]}
            />
          </Sheet>
          <Messages report={ops.pushReport} />
          <Webhooks endpoints={ops.webhooks} />
        </>
      )}
    </Page>
  );
}

function Engagement({ report: { points } }: { report: Ops["engagement"] }) {
  const rates = (of: "reach" | "returning") =>
    points.map((point) => ({ label: span(point.period), rate: point[of] }));
  return (
    <>
      <Sheet title={words.reach} note={words.reachNote}>
        <RatesOverTime title={words.reach} columns={[words.week, words.reach]} rates={rates("reach")} />
      </Sheet>
      <Sheet title={words.returning} note={words.returningNote}>
        <RatesOverTime
          title={words.returning}
          columns={[words.week, words.returning]}
          rates={rates("returning")}
        />
      </Sheet>
      <Sheet title={words.counts} wide>
        {points.every(({ eligible }) => eligible === null) ? (
          <p class="soft">{words.fewEachWeek}</p>
        ) : (
          <Counts points={points} />
        )}
      </Sheet>
    </>
  );
}

function Counts({ points }: { points: Ops["engagement"]["points"] }) {
  return (
    <Table
      caption={words.counts}
      columns={words.countColumns}
      rows={points.map((point) => [
        span(point.period),
        people(point.eligible),
        people(point.activeSpectrum),
        people(point.insightsOpened),
        people(point.evidenceOpened),
        rateText(point.ringsTrue),
      ])}
    />
  );
}

function Funnel({ steps }: { steps: Ops["funnel"]["steps"] }) {
  return (
    <Sheet title={words.funnel} note={words.funnelNote}>
      <Bars
        label={words.funnel}
        full={1}
        bars={steps.map(({ name, people: came, fromFirst }) => ({
          ...{ key: name, label: name, told: people(came), note: rateText(fromFirst) },
          ...{ value: fromFirst.rate, low: fromFirst.low, high: fromFirst.high },
        }))}
      />
      <TableTwin
        caption={words.funnel}
        columns={words.funnelColumns}
        rows={steps.map(
          ({ name, people: came, fromPrevious, fromFirst, medianSecondsFromPrevious }, place) => [
            name,
            people(came),
            place === 0 ? words.first : rateText(fromPrevious),
            rateText(fromFirst),
            duration(medianSecondsFromPrevious),
          ],
        )}
      />
    </Sheet>
  );
}

function Loads({ loads }: { loads: Ops["loadTimes"] }) {
  const within = (met: boolean | null) => (met === null ? common.few : met ? common.yes : common.no);
  return (
    <Sheet title={words.loads} note={words.loadsNote}>
      {loads.length > 0 && (
        <Bars
          label={words.loads}
          full={Math.max(...loads.map(({ p75Ms, targetMs }) => Math.max(p75Ms ?? 0, targetMs)))}
          bars={loads.map(({ screen, p75Ms, targetMs }) => ({
            ...{ key: screen, label: screen, told: words.threeOfFour(milliseconds(p75Ms)) },
            ...{ value: p75Ms, low: null, high: null, note: words.target(milliseconds(targetMs)) },
          }))}
        />
      )}
      {loads.length === 0 ? (
        <p class="soft">{common.nothing}</p>
      ) : (
        <TableTwin
          caption={words.loads}
          columns={words.loadColumns}
          rows={loads.map(({ screen, n, p50Ms, p75Ms, p95Ms, targetMs, met }) => [
            screen,
            count(n),
            milliseconds(p50Ms),
            milliseconds(p75Ms),
            milliseconds(p95Ms),
            milliseconds(targetMs),
            within(met),
          ])}
        />
      )}
    </Sheet>
  );
}

function Messages({ report }: { report: Ops["pushReport"] }) {
  return (
    <Sheet title={words.push}>
      <Figures
        of={[
          [words.due, count(report.due)],
          [words.sent, count(report.sent)],
          [words.accepted, count(report.accepted)],
          [words.delivered, count(report.delivered)],
          [words.held, count(report.heldForQuietHours)],
          [words.gone, count(report.gone)],
          [words.unsent, count(report.failed)],
          [words.opened, rateText(report.opened)],
        ]}
      />
    </Sheet>
  );
}
