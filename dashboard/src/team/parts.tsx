/** What the team's pages are made of: a page with its states, a sheet, named figures, a table. */
import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { ChooseOne } from "../parts/choice";
import { Notice } from "../parts/notice";
import { Skeleton } from "../parts/skeleton";
import { Table as PlainTable, type Rows } from "../parts/table";
import { TableTwin } from "../parts/table_twin";
import { type Curve, Curves } from "../pictures/curves";
import { instant } from "../words/dates";
import { type Rate, rateText, share } from "./format";
import type { Asked } from "./use_asked";
import { words } from "./words";

interface Given<Result> {
  readonly title: string;
  readonly lead: string;
  readonly asked: Asked<Result>;
  readonly isRenewed?: boolean;
  readonly choices?: ComponentChildren;
  readonly children: (data: Result) => ComponentChildren;
}

/** A page's heading, how fresh it is, and what it shows, or why it cannot. */
export function Page<Result>({ title, lead, asked, isRenewed = false, choices, children }: Given<Result>) {
  useEffect(() => {
    document.title = `${title} · ${words.title}`;
  }, [title]);
  const { data, at } = asked;
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>{title}</h1>
        <p class="soft">{lead}</p>
        {at !== null && (
          <p class="soft small">
            {words.asOf(instant(at))}
            {isRenewed && `, ${words.every}`}
          </p>
        )}
      </header>
      {choices}
      <Trouble asked={asked} />
      {data ? (
        <div class="sheets">{children(data)}</div>
      ) : (
        !asked.failure && <Skeleton heights={["14rem", "10rem", "10rem"]} />
      )}
    </>
  );
}

/** Why something was not answered; nothing where it was. */
export function Trouble({ asked: { failure, again } }: { asked: Asked<unknown> }) {
  if (!failure) return null;
  const { title, text, hint } = words.failures[failure.why];
  return (
    <Notice urgent>
      {title && <strong>{title}</strong>}
      <p>{text}</p>
      {hint && <p class="small">{hint}</p>}
      {failure.why === "REFUSED" && failure.requestId && (
        <p class="small">{words.quote(failure.requestId)}</p>
      )}
      {(failure.why === "UNREACHABLE" || failure.why === "REFUSED") && (
        <button type="button" onClick={again}>
          {words.again}
        </button>
      )}
    </Notice>
  );
}

/** Side by side where there is room; `wide` takes the row. */
export function Sheet({
  title,
  wide = false,
  note,
  children,
}: {
  title: string;
  wide?: boolean;
  note?: string;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={wide ? "sheet wide" : "sheet"} aria-labelledby={id}>
      <div class="head">
        <h2 id={id}>{title}</h2>
        {note && <p class="soft small">{note}</p>}
      </div>
      {children}
    </section>
  );
}

/** Names and their figures. */
export function Figures({ of }: { of: readonly (readonly [string, string])[] }) {
  return (
    <dl class="figures">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A table, or the words that there is nothing to put into it. */
export function Table({ empty = words.nothing, ...given }: Rows & { readonly empty?: string }) {
  return given.rows.length === 0 ? <p class="soft">{empty}</p> : <PlainTable {...given} />;
}

type Preset = keyof typeof words.ranges;

/** Over which days a page counts. */
export function ChooseRange({ chosen, choose }: { chosen: Preset; choose: (preset: Preset) => void }) {
  return (
    <ChooseOne
      legend={words.range}
      name="range"
      options={(Object.entries(words.ranges) as [Preset, string][]).map(([value, label]) => ({
        value,
        label,
      }))}
      chosen={chosen}
      choose={choose}
    />
  );
}

/** How a rate went, unit by unit, with its intervals, and the same as a table; a sentence where every group is too small. */
export function RatesOverTime({
  title,
  columns,
  rates,
}: {
  title: string;
  columns: readonly [string, string];
  rates: readonly { readonly label: string; readonly rate: Rate }[];
}) {
  const curve: Curve = {
    label: title,
    points: rates.map(({ rate: { rate, low, high } }, x) => ({ x, value: rate, low, high })),
  };
  const isAnySeen = rates.some(({ rate }) => rate.rate !== null);
  return (
    <>
      {isAnySeen ? (
        <Curves
          curves={[curve]}
          label={title}
          first={rates[0]?.label ?? ""}
          last={rates.at(-1)?.label ?? ""}
          format={share}
        />
      ) : (
        <p class="soft">{rates.every(({ rate }) => rate.suppressed) ? words.few : words.nobody}</p>
      )}
      <TableTwin
        caption={title}
        columns={columns}
        rows={rates.map(({ label, rate }) => [label, rateText(rate)])}
      />
    </>
  );
}
