/** The signed proof of an erasure: what went, that it was counted again, and how anyone can check it. */
import { Fragment } from "preact";
import { Receipt as ReceiptDocument } from "../../../api/documents";
import { saveFile } from "../../../parts/save_file";
import { TableTwin } from "../../../parts/table_twin";
import { dayOfInstant, dayOfYear, instant } from "../../../words/dates";
import { useCheck } from "./use_check";
import type { Proof } from "./use_erasures";
import { words } from "./words";

/** `level`: of its heading. */
export function Receipt({ receipt, level: Heading = "h3" }: { receipt: Proof; level?: "h2" | "h3" }) {
  const { id, scope, completedAt, stores, remaining, checks, backupsExpireAt, keyId } = receipt;
  const { proof } = words;
  const erased = stores.reduce((sum, { deleted }) => sum + deleted, 0);
  const { told, checking, check } = useCheck(ReceiptDocument, receipt);
  const save = () =>
    saveFile(
      new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }),
      `spectrum-receipt-${dayOfInstant(completedAt)}.json`,
    );
  return (
    <article class="sheet receipt" aria-labelledby={`receipt-${id}`}>
      <div class="head">
        <p class="soft small">{proof.name}</p>
        <Heading id={`receipt-${id}`}>{words.scopes[scope].title}</Heading>
      </div>
      <dl class="facts">
        <Fact name={proof.completed} told={instant(completedAt)} />
        <Fact name={proof.erased} told={proof.records(erased)} />
        <Fact name={proof.remaining} told={proof.records(remaining)} />
        {checks.map((each) => (
          <Fact key={each.at} name={proof.recount} told={proof.counted(instant(each.at), each.remaining)} />
        ))}
        <Fact name={proof.backups} told={proof.by(dayOfYear(dayOfInstant(backupsExpireAt)))} />
        <Fact name={proof.key} told={keyId} />
      </dl>
      {checks.length < 2 && <p class="soft small">{proof.again}</p>}
      <TableTwin
        caption={proof.table}
        columns={proof.columns}
        rows={stores.map(({ store, deleted, remaining: left }) => [
          storeName(store),
          `${deleted}`,
          `${left}`,
        ])}
      />
      <div class="row">
        <button type="button" onClick={save}>
          {proof.save}
        </button>
        <button type="button" aria-disabled={checking} onClick={() => checking || void check()}>
          {proof.check}
        </button>
      </div>
      <p role="status" class={told ? "notice" : "unseen-by-eye"}>
        {told}
      </p>
      <details>
        <summary>{proof.anyone}</summary>
        <p class="soft">{proof.how}</p>
        <p class="soft">
          {proof.command} <code>spectrum receipt verify</code>
        </p>
        <p class="soft">
          {proof.keys} <code>/.well-known/spectrum-keys.json</code>
        </p>
      </details>
    </article>
  );
}

function Fact({ name, told }: { name: string; told: string }) {
  return (
    <Fragment>
      <dt>{name}</dt>
      <dd>{told}</dd>
    </Fragment>
  );
}

/** A store in plain words, where there are some; else by its own name. */
function storeName(store: string): string {
  const names: Readonly<Record<string, string>> = words.stores;
  return names[store] ?? store;
}
