/** A table that scrolls in itself, by finger and by keyboard, and says what it is a table of. */
import type { ComponentChildren } from "preact";
import { words } from "./words";

export interface Rows {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** How many columns from the left hold words; the rest are numbers. */
  readonly wordColumns?: number;
}

export function Table({ caption, columns, rows, wordColumns = 1 }: Rows) {
  const of = (place: number) => (place < wordColumns ? "" : "number");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
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
          {rows.map(([first, ...others], row) => (
            <tr key={row}>
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
  );
}
