/** What is kept of a person, where, how long, and who can see it: the data map of the documentation in plain words. */
import { words } from "./words";

const ROWS = Object.entries(words.rows);

export function DataMap() {
  return (
    <>
      <p class="soft">{words.lead}</p>
      {ROWS.map(([key, { what, why, where, long, who }]) => (
        <section key={key} class="sheet kept" aria-labelledby={`kept-${key}`}>
          <div class="head">
            <h2 id={`kept-${key}`}>{what}</h2>
            <p class="soft">{why}</p>
          </div>
          <dl>
            <Fact name={words.where} told={where} />
            <Fact name={words.long} told={long} />
            <Fact name={words.who} told={who} />
          </dl>
        </section>
      ))}
      <p class="soft small">{words.never}</p>
    </>
  );
}

function Fact({ name, told }: { name: string; told: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{told}</dd>
    </div>
  );
}
