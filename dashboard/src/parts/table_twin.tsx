/** The same numbers as a picture shows, as a table that can be read, copied and heard. */
import { type Rows, Table } from "./table";
import { words } from "./words";

export function TableTwin(given: Rows) {
  return (
    <details class="no-print">
      <summary>{words.asTable}</summary>
      <Table {...given} />
    </details>
  );
}
