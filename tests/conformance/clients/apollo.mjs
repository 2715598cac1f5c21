// Pages the feed with Apollo Client, whose cache joins pages by `relayStylePagination`.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { relayStylePagination } from '@apollo/client/utilities';
import { FEED } from './feed.mjs';
import { end, given, headers, noting, turn } from './talk.mjs';

const client = new ApolloClient({
  link: new HttpLink({ uri: given.url, headers, fetch: noting }),
  cache: new InMemoryCache({
    typePolicies: {
      Viewer: { fields: { spectrum: { merge: true } } },
      Spectrum: { fields: { insightFeed: relayStylePagination(['kinds', 'week']) } },
    },
  }),
});

const query = gql(FEED);
const variables = { first: given.size };
const watched = client.watchQuery({ query, variables });
const feed = () => client.readQuery({ query, variables }).viewer.spectrum.insightFeed;

await new Promise((resolve, reject) => {
  watched.subscribe({ next: ({ error, loading }) => (error ? reject(error) : loading || resolve()), error: reject });
});
for (let page = 1; feed().pageInfo.hasNextPage; page += 1) {
  await turn(page);
  await watched.fetchMore({ variables: { after: feed().pageInfo.endCursor } });
}
end(feed().edges.map((edge) => edge.node.id));
