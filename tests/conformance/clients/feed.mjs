// The document that Apollo and urql page the feed with.
export const FEED = `
  query Feed($first: Int!, $after: String) {
    viewer {
      id
      spectrum {
        insightFeed(first: $first, after: $after) {
          unseenCount
          edges { cursor node { id kind headline { text } } }
          pageInfo { endCursor hasNextPage startCursor hasPreviousPage }
        }
      }
    }
  }
`;
