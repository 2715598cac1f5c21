// Pages the feed with relay-runtime, over what relay-compiler made of ../relay/feed.js; then reads a card, the sessions
// under one of its sentences and a week's own pages again through `node`, as a Relay app refetches them.
import {
  Environment,
  Network,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSelector,
} from 'relay-runtime';
import { end, given, headers, note, turn } from './talk.mjs';

async function artifact(name) {
  return (await import(`../relay/__generated__/${name}.graphql.js`)).default;
}

async function ask({ text }, variables) {
  const body = JSON.stringify({ query: text, variables });
  const answer = await (await fetch(given.url, { method: 'POST', headers, body })).json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  note(answer.data);
  return answer;
}

const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });

async function get(name, variables) {
  const query = await artifact(name);
  const operation = createOperationDescriptor(query, variables);
  environment.retain(operation);
  await fetchQuery(environment, query, variables, { fetchPolicy: 'network-only' }).toPromise();
  return environment.lookup(operation.fragment).data;
}

async function look(name, reference) {
  return environment.lookup(getSelector(await artifact(name), reference)).data;
}

const screen = await get('feedScreenQuery', { count: given.size });
const cards = async () => (await look('feedCards_viewer', screen.viewer)).spectrum.insightFeed;

let feed = await cards();
for (let page = 1; feed.pageInfo.hasNextPage; page += 1) {
  await turn(page);
  await get('feedNextCardsQuery', { count: given.size, cursor: feed.pageInfo.endCursor, kinds: null });
  feed = await cards();
}

// Everything with pages of its own is paged to its end by its id, as usePaginationFragment does.
const first = feed.edges[0].node;
await get('feedCardAgainQuery', { id: first.id });
const card = await look('feedCard_insight', first);
const claims = await Promise.all([card.headline, ...card.body].map((each) => look('feedClaim_claim', each)));
const counted = {};
for (const each of claims.flatMap((claim) => claim.evidence)) {
  let { sessions } = await look('feedSessions_evidence', each);
  while (sessions.pageInfo.hasNextPage) {
    await get('feedMoreSessionsQuery', { id: each.id, count: 5, cursor: sessions.pageInfo.endCursor });
    ({ sessions } = await look('feedSessions_evidence', each));
  }
  counted[each.id] = { total: sessions.totalCount, ids: sessions.edges.map((edge) => edge.node.id) };
}

const week = (await get('feedWeekQuery', { week: given.week, count: 1 })).viewer.spectrum.weeklySummary;
let { insights, id } = await look('feedWeek_week', week);
while (insights.pageInfo.hasNextPage) {
  await get('feedMoreOfWeekQuery', { id, count: 1, cursor: insights.pageInfo.endCursor });
  ({ insights } = await look('feedWeek_week', week));
}

const monthsOf = async () => (await look('feedMonths_viewer', screen.viewer)).spectrum.monthlySummaries;
let months = await monthsOf();
while (months.pageInfo.hasNextPage) {
  await get('feedMoreMonthsQuery', { count: 1, cursor: months.pageInfo.endCursor });
  months = await monthsOf();
}

const mutation = await artifact('feedSeenMutation');
const seen = await new Promise((onCompleted, onError) => {
  const variables = { input: { insightIds: [first.id] } };
  commitMutation(environment, { mutation, variables, onCompleted, onError });
});
await get('feedCardAgainQuery', { id: first.id });

end(
  feed.edges.map((edge) => edge.node.id),
  {
    counted,
    week: insights.edges.map((edge) => edge.node.id),
    months: months.edges.map((edge) => edge.node.month),
    refused: seen.markInsightsSeen.userErrors,
    seenAt: (await look('feedCard_insight', first)).seenAt,
  },
);
