/** The same numbers as a picture shows, as a table that can be read, copied and heard. */
import { words } from "./words";

interface Given {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many columns from the left hold words; the rest are numbers. */
  readonly wordColumns?: number;
}

export function TableTwin({ caption, columns, rows, wordColumns = 1 }: Given) {
  const of = (place: number) => (place < wordColumns ? "" : "number");
  return (
    <details class="no-print">
      <summary>{words.asTable}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scrolls" tabIndex={0} aria-label={words.tableOf(caption)}>
        <table>
          <caption class="unseen-by-eye">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th key={column} scope="col" class={of(place)}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first, ...others]) => (
              <tr key={first}>
                <th scope="row">{first}</th>
                {others.map((cell, place) => (
                  <td key={place} class={of(place + 1)}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
