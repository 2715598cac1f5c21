// Pages the feed with urql, whose normalised cache joins pages by `relayPagination`.
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { FEED } from './feed.mjs';
import { end, given, headers, noting, turn } from './talk.mjs';

const client = new Client({
  url: given.url,
  preferGetMethod: false,
  fetch: noting,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange({
      keys: { Spectrum: () => null, Claim: () => null },
      resolvers: { Spectrum: { insightFeed: relayPagination() } },
    }),
    fetchExchange,
  ],
});

async function feed(after) {
  const { data, error } = await client.query(FEED, { first: given.size, after }).toPromise();
  if (error) throw error;
  return data.viewer.spectrum.insightFeed;
}

let shown = await feed(null);
for (let page = 1; shown.pageInfo.hasNextPage; page += 1) {
  await turn(page);
  shown = await feed(shown.pageInfo.endCursor);
}
end(shown.edges.map((edge) => edge.node.id));
