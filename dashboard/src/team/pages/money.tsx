/** Money: what the words cost, by feature and by day, and how much may still be spent. */
import { useState } from "preact/hooks";
import { TableTwin } from "../../parts/table_twin";
import { Bars } from "../../pictures/bars";
import { Columns } from "../../pictures/columns";
import { catalogue } from "../../words/catalogue";
import { day, span } from "../../words/dates";
import { Money as MoneyDocument, type MoneyQuery } from "../documents";
import { count, daysOf, money, share } from "../format";
import { ChooseRange, Figures, Page, Sheet, Table } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";

const words = catalogue({
  lead: "US dollars, as calls of models were settled. Without a model nothing is spent: the composer writes.",
  all: "All together",
  total: "Total",
  active: "For each active viewer",
  wasted: "Of it, for no text to show",
  features: "By feature",
  days: "By day",
  nothing: "Nothing was spent in this range.",
  columns: ["", "Cost", "For rejected texts", "Calls"],
  calls: (made: string) => `${made} calls`,
  budgets: "Budgets",
  budgetColumns: ["Feature", "Each", "State", "Spent", "Put aside", "Limit", "Would be spent by its end"],
  states: {
    OK: "as planned",
    WARNING: "near its limit",
    DEGRADED: "cheaper writer in use",
    EXHAUSTED: "templates only",
  },
  each: { DAY: "day", MONTH: "month" },
  routes: "Who is asked, in order",
  routeColumns: ["Feature", "Tier", "Model", "Until this share of the budget", "Tokens in", "Tokens out"],
});

type Ops = OpsOf<MoneyQuery>;

export function Money() {
  const [preset, choose] = useState<"LAST_7_DAYS" | "LAST_28_DAYS" | "LAST_90_DAYS" | "LAST_365_DAYS">(
    "LAST_28_DAYS",
  );
  const asked = useAsked(MoneyDocument, { range: { preset } });
  return (
    <Page
      title={common.tabs.money}
      lead={words.lead}
      asked={asked}
      choices={<ChooseRange chosen={preset} choose={choose} />}
    >
      {(ops) => (
        <>
          <Sheet title={words.all} note={span(ops.byFeature.period)}>
            <Figures
              of={[
                [words.total, money(ops.byFeature.total)],
                [words.active, money(ops.byFeature.perActiveViewer)],
                [words.wasted, money(ops.byFeature.wasted)],
              ]}
            />
          </Sheet>
          <ByFeature rows={ops.byFeature.rows} />
          <ByDay period={ops.byFeature.period} rows={ops.byDay.rows} />
          <Budgets budgets={ops.budgets} />
          <Routes routes={ops.modelRoutes} />
        </>
      )}
    </Page>
  );
}

type Row = Ops["byDay"]["rows"][number];

const key = ({ keys }: Row) => keys[0] ?? "";

function ByFeature({ rows }: { rows: readonly Row[] }) {
  return (
    <Sheet title={words.features}>
      {rows.length === 0 ? (
        <p class="soft">{words.nothing}</p>
      ) : (
        <Bars
          label={words.features}
          full={Math.max(...rows.map(({ cost }) => Number(cost)), 1e-6)}
          bars={rows.map((row) => ({
            ...{
              key: key(row),
              label: key(row),
              told: `${money(row.cost)}, ${words.calls(count(row.calls))}`,
            },
            ...{ value: Number(row.cost), low: null, high: null },
          }))}
        />
      )}
      <Twin title={words.features} rows={rows} named={(name) => name} />
    </Sheet>
  );
}

/** Every day of the range, those on which nothing was spent too. */
function ByDay({
  period,
  rows: spent,
}: {
  period: { readonly from: string; readonly to: string };
  rows: readonly Row[];
}) {
  const rows = [...spent].sort((one, other) => key(one).localeCompare(key(other)));
  const costs = new Map(rows.map((row) => [key(row), Number(row.cost)]));
  return (
    <Sheet title={words.days} wide>
      {rows.length === 0 ? (
        <p class="soft">{words.nothing}</p>
      ) : (
        <Columns
          label={words.days}
          format={(value) => money(String(value))}
          columns={daysOf(period).map((date) => ({
            key: date,
            label: day(date),
            value: costs.get(date) ?? 0,
          }))}
        />
      )}
      <Twin title={words.days} rows={rows} named={day} />
    </Sheet>
  );
}

function Twin({
  title,
  rows,
  named,
}: {
  title: string;
  rows: readonly Row[];
  named: (key: string) => string;
}) {
  if (rows.length === 0) return null;
  return (
    <TableTwin
      caption={title}
      columns={[title, ...words.columns.slice(1)]}
      rows={rows.map((row) => [named(key(row)), money(row.cost), money(row.rejectedCost), count(row.calls)])}
    />
  );
}

function Budgets({ budgets }: { budgets: Ops["budgets"] }) {
  return (
    <Sheet title={words.budgets} wide>
      <Table
        caption={words.budgets}
        columns={words.budgetColumns}
        wordColumns={3}
        rows={budgets.map(({ feature, period, state, spent, reserved, limit, projected }) => [
          feature,
          words.each[period],
          words.states[state],
          money(spent),
          money(reserved),
          money(limit),
          money(projected),
        ])}
      />
    </Sheet>
  );
}

function Routes({ routes }: { routes: Ops["modelRoutes"] }) {
  return (
    <Sheet title={words.routes} wide>
      <Table
        caption={words.routes}
        columns={words.routeColumns}
        wordColumns={3}
        rows={routes.map(({ feature, tier, model, whileBudgetUnder, maxInputTokens, maxOutputTokens }) => [
          feature,
          count(tier),
          model,
          share(whileBudgetUnder),
          count(maxInputTokens),
          count(maxOutputTokens),
        ])}
      />
    </Sheet>
  );
}
