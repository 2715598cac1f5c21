/**
 * `node mocked/record.mjs ORIGIN TOKEN`: ask a running service everything that the screens ask at first, as one of the sample
 * people, and keep the answers for `npm run mocked`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const [origin, token] = process.argv.slice(2);
if (!token)
  throw new Error("usage: node mocked/record.mjs ORIGIN TOKEN   (spectrum token --person sample-jorinde)");
const here = new URL(".", import.meta.url);
const lock = readFileSync(new URL("../../documents/catalog.lock", here), "utf8").trim().split("\n");
const ids = new Map(lock.map((line) => line.split(" ")).map(([name, , id]) => [name, id]));
const range = { preset: "LAST_90_DAYS" };

async function ask(name, variables) {
  const asked = new URLSearchParams({ documentId: ids.get(name), variables: JSON.stringify(variables) });
  const response = await fetch(`${origin}/graphql?${asked}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  writeFileSync(new URL(`answers/${name}.json`, here), `${JSON.stringify({ data })}\n`);
  return data;
}

mkdirSync(new URL("answers/", here), { recursive: true });
await ask("Landscape", { range, trend: "WEEK", sources: null });
await ask("Patterns", { range, by: "PATTERN", groupBy: "KIND" });
await ask("Glossary", {});
const feed = await ask("Feed", { first: 20 });
const evidence = feed.viewer.spectrum.insightFeed.nodes.flatMap((card) =>
  card.body.flatMap((claim) => claim.evidence),
);
await ask("Evidence", { id: evidence[0].id });
const months = await ask("Months", { first: 12 });
const written = months.viewer.spectrum.monthlySummaries.nodes.find((each) => each.title);
await ask("Month", { month: written.month });
await ask("Control", { first: 20 });
await ask("Sessions", { first: 20 });
