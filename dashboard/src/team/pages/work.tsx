/** Work: what waits, what runs, what failed for good, and whether the promise was kept. */
import { catalogue } from "../../words/catalogue";
import { ago, instant, monthBeside } from "../../words/dates";
import { Work as WorkDocument, type WorkQuery } from "../documents";
import { count, duration, figure, lastWeek, milliseconds, rateText, share } from "../format";
import { Figures, Page, Sheet, Table } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";
import { Envelopes } from "./envelopes";

const RENEWED_MS = 15_000;

const words = catalogue({
  lead: "Queues by the latency they promise, the promise of weeks and months, and what needs somebody.",
  health: "The program",
  answers: "Can serve",
  version: "Version",
  migration: "Newest migration",
  model: "Model may be asked",
  push: "Web Push can be sent",
  clock: "Clock ahead of the database’s",
  queues: "Queues",
  queueColumns: [
    "Queue",
    "State",
    "Waiting",
    "Oldest waits",
    "Running",
    "Dead",
    "Workers",
    "Per minute",
    "95 % done in",
  ],
  kinds: "By kind",
  kindColumns: ["Kind", "Queue", "State", "Waiting", "Running", "Dead", "95 % done in"],
  paused: "paused",
  runs: "runs",
  weekly: (period: string) => `Cards of ${period}`,
  monthly: (period: string) => `Summaries of ${period}`,
  promise: (target: string, objective: string) =>
    `${objective} within ${target} of the end of a person’s own period`,
  rate: "On time",
  met: "Kept",
  undecided: "not decided yet",
  nothingDue: "nothing was due",
  due: "Due",
  late: "Late",
  missing: "Missing",
  little: "Too little to tell",
  lag: "Half, 95 %, 99 % were there within",
  dead: (all: number) => `Dead letters (${all})`,
  deadNote: "They used up their attempts. A note is a class or a fixed sentence, never content.",
  noDead: "There is none.",
  deadColumns: ["Kind", "Asked for", "Attempts", "Failure", "Note"],
  schedules: "Schedules",
  scheduleColumns: ["Kind", "What it does", "Last", "Next", "To make up"],
  milliseconds: (ms: number) => `${ms} ms`,
});

type Ops = OpsOf<WorkQuery>;

export function Work() {
  const now = new Date();
  const variables = { week: lastWeek(now), month: monthBeside(now.toISOString().slice(0, 7), -1) };
  const asked = useAsked(WorkDocument, variables, { everyMs: RENEWED_MS });
  return (
    <Page title={common.tabs.work} lead={words.lead} asked={asked} isRenewed>
      {(ops) => (
        <>
          <Queues queues={ops.queues} />
          <Promised report={ops.weeklySla} title={words.weekly(ops.weeklySla.period)} />
          <Promised report={ops.monthlySla} title={words.monthly(ops.monthlySla.period)} />
          <Dead letters={ops.deadLetters} />
          <Schedules schedules={ops.schedules} />
          <Program health={ops.health} />
          <Envelopes />
        </>
      )}
    </Page>
  );
}

function Queues({ queues }: { queues: Ops["queues"] }) {
  return (
    <Sheet title={words.queues} wide>
      <Table
        caption={words.queues}
        columns={words.queueColumns}
        wordColumns={2}
        rows={queues.map((each) => [
          each.name,
          each.paused ? words.paused : words.runs,
          count(each.depth),
          duration(each.oldestAgeSeconds),
          count(each.running),
          count(each.dead),
          count(each.workers),
          figure(each.throughput),
          ended(each.p95DurationMs),
        ])}
      />
      <details>
        <summary>{words.kinds}</summary>
        <Table
          caption={words.kinds}
          columns={words.kindColumns}
          wordColumns={3}
          rows={queues.flatMap(({ name, byKind }) =>
            byKind.map((each) => [
              each.kind,
              name,
              each.paused ? words.paused : words.runs,
              count(each.depth),
              count(each.running),
              count(each.dead),
              ended(each.p95DurationMs),
            ]),
          )}
        />
      </details>
    </Sheet>
  );
}

const ended = (ms: number | null) => (ms === null ? common.none : milliseconds(ms));

function Promised({ report, title }: { report: Ops["weeklySla"]; title: string }) {
  const { p50LagSeconds, p95LagSeconds, p99LagSeconds } = report;
  return (
    <Sheet title={title} note={words.promise(duration(report.targetSeconds), share(report.objective))}>
      <Figures
        of={[
          [words.rate, rateText(report.onTimeRate)],
          [words.met, kept(report)],
          [words.due, count(report.due)],
          [words.late, count(report.late)],
          [words.missing, count(report.missing)],
          [words.little, count(report.notEnoughData)],
          [words.lag, [p50LagSeconds, p95LagSeconds, p99LagSeconds].map(duration).join(" · ")],
        ]}
      />
    </Sheet>
  );
}

function kept({ due, met }: Ops["weeklySla"]): string {
  if (due === 0) return words.nothingDue;
  if (met === null) return words.undecided;
  return met ? common.yes : common.no;
}

function Dead({ letters: { totalCount, nodes } }: { letters: Ops["deadLetters"] }) {
  return (
    <Sheet title={words.dead(totalCount)} note={words.deadNote} wide>
      <Table
        caption={words.dead(totalCount)}
        columns={words.deadColumns}
        wordColumns={5}
        empty={words.noDead}
        rows={nodes.map(({ kind, queuedAt, attempts }) => {
          const last = attempts.at(-1);
          return [
            kind,
            instant(queuedAt),
            count(last?.number ?? 0),
            last?.failure ?? "",
            last?.message ?? "",
          ];
        })}
      />
    </Sheet>
  );
}

function Schedules({ schedules }: { schedules: Ops["schedules"] }) {
  const when = (at: string | null) => (at === null ? common.notYet : ago(Date.parse(at)));
  return (
    <Sheet title={words.schedules} wide>
      <Table
        caption={words.schedules}
        columns={words.scheduleColumns}
        wordColumns={4}
        rows={schedules.map(({ kind, description, lastRunAt, nextRunAt, catchUpPending }) => [
          kind,
          description,
          when(lastRunAt),
          when(nextRunAt),
          count(catchUpPending),
        ])}
      />
    </Sheet>
  );
}

function Program({ health }: { health: Ops["health"] }) {
  const said = (is: boolean) => (is ? common.yes : common.no);
  return (
    <Sheet title={words.health}>
      <Figures
        of={[
          [words.answers, said(health.ok)],
          [words.version, health.version],
          [words.migration, health.migration ?? common.none],
          [words.model, said(health.model)],
          [words.push, said(health.push)],
          [words.clock, health.clockSkewMs === null ? common.none : words.milliseconds(health.clockSkewMs)],
        ]}
      />
    </Sheet>
  );
}
