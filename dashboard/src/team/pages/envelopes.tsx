/** The envelopes: each limit beside how it stands now; what is over comes first, in words; what is not known here, last. */
import { Notice } from "../../parts/notice";
import { Skeleton } from "../../parts/skeleton";
import { catalogue } from "../../words/catalogue";
import { Envelopes as EnvelopesDocument, type EnvelopesQuery } from "../documents";
import { amount } from "../format";
import { Sheet, Table, Trouble } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";

const words = catalogue({
  title: "Envelopes",
  note: "What Spectrum may take of time, money, memory and room; docs/envelopes.md says what was measured.",
  columns: ["What", "How it stands", "At most", "Now"],
  isWithin: "within",
  isOver: "OVER its limit",
  over: (what: string) => `Over: ${what}`,
  unknown: (many: number) => `Not known here (${many})`,
  unknownColumns: ["What", "Why not", "Measured by", "At most"],
});

type Reading = OpsOf<EnvelopesQuery>["envelopes"][number];

export function Envelopes() {
  const asked = useAsked(EnvelopesDocument, {});
  const readings = asked.data?.envelopes;
  return (
    <Sheet title={words.title} note={words.note} wide>
      <Trouble asked={asked} />
      {readings ? <Readings of={readings} /> : !asked.failure && <Skeleton heights={["20rem"]} />}
    </Sheet>
  );
}

function Readings({ of }: { of: readonly Reading[] }) {
  const over = of.filter(({ state }) => state === "OVER");
  const within = of.filter(({ state }) => state === "WITHIN");
  const unknown = of.filter(({ state }) => state === "UNKNOWN");
  return (
    <>
      {over.length > 0 && (
        <Notice>
          <ul class="plain-list">
            {over.map(({ key, what }) => (
              <li key={key}>{words.over(what)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Table
        caption={words.title}
        columns={words.columns}
        wordColumns={2}
        rows={[...over, ...within].map(({ what, state, limit, present, unit }) => [
          what,
          state === "OVER" ? <strong>{words.isOver}</strong> : words.isWithin,
          amount(limit, unit),
          present === null ? common.none : amount(present, unit),
        ])}
      />
      <details>
        <summary>{words.unknown(unknown.length)}</summary>
        <Table
          caption={words.unknown(unknown.length)}
          columns={words.unknownColumns}
          wordColumns={3}
          rows={unknown.map(({ what, why, command, limit, unit }) => [
            what,
            why,
            command,
            amount(limit, unit),
          ])}
        />
      </details>
    </>
  );
}
