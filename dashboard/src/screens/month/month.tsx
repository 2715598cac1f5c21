/** Screen 4: one month, in words that show what they rest on, and in numbers; to read, to keep and to print. */
import { useRoute } from "preact-iso";
import { Month as MonthDocument, type MonthQuery } from "../../api/documents";
import { firstAsks } from "../../first_asks";
import { Screen, TitledPage } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../parts/use_answer";
import { monthBeside, monthName, today } from "../../words/dates";
import { Body } from "./body";
import "./month.css";
import { MonthNavigation, type SomeMonth } from "./months";
import { words } from "./words";

export type Spectrum = NonNullable<MonthQuery["viewer"]["spectrum"]>;
export type Summary = NonNullable<Spectrum["monthlySummary"]>;
export type Division = Spectrum["patterns"];

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const HEIGHTS = ["4rem", "22rem", "16rem"];

export function Month() {
  const asked = useRoute().params.month;
  const months = useAnswer(firstAsks.months.document, firstAsks.months.variables);
  const known = months.data?.viewer.spectrum?.monthlySummaries;
  const month = asked && MONTH.test(asked) ? asked : newest(known?.nodes ?? null, months.failure);
  if (!month && !months.data) return <Finding />;
  const shown = month ?? today().slice(0, 7);
  const first = known && !known.pageInfo.hasNextPage ? known.nodes.at(-1)?.month : undefined;
  return (
    <Screen
      key={shown}
      title={monthName(shown)}
      document={MonthDocument}
      variables={{ month: shown }}
      viewed="MONTHLY_OPENED"
      subject={({ monthlySummary }) => monthlySummary?.id}
      skeleton={<Skeleton heights={HEIGHTS} />}
      choices={<MonthNavigation month={shown} first={first ?? null} />}
    >
      {(spectrum) => <Body spectrum={spectrum} month={shown} />}
    </Screen>
  );
}

/** While it is not known which month to show. */
function Finding() {
  return (
    <TitledPage title={words.title}>
      <Skeleton heights={HEIGHTS} />
    </TitledPage>
  );
}

/** Where no month is asked for: the newest that has words; where none has, the month that it is. */
function newest(months: readonly SomeMonth[] | null, failure: Error | null): string | null {
  if (!months) return failure ? monthBeside(today().slice(0, 7), -1) : null;
  return (
    months.find(({ status }) => status === "READY" || status === "REBUILDING")?.month ??
    months[0]?.month ??
    null
  );
}
