// How a client is led by its test: a line of JSON out after each page, a line in before the next one; and what the wire
// brought, beside what the client made of it. Asks nothing by itself.
import { createInterface } from 'node:readline';

export const given = JSON.parse(process.argv[2]);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Tell that a page is there, and wait until the next one may be asked for. */
export async function turn(page) {
  say({ page });
  await lines.next();
}

export const headers = { 'content-type': 'application/json', authorization: `Bearer ${given.token}` };

/** Ids of the cards of each answer, in the order in which they came. */
export const wire = [];

export function note(data) {
  const edges = data?.viewer?.spectrum?.insightFeed?.edges;
  if (edges) wire.push(edges.map((edge) => edge.node.id));
}

/** `fetch` that notes what comes; a client may bring its own headers. */
export async function noting(url, options) {
  const answer = await fetch(url, options);
  note((await answer.clone().json()).data);
  return answer;
}

/** Say what came and what is shown, and end. */
export function end(shown, more = {}) {
  say({ wire, shown, ...more });
  process.exit(0);
}
