// What a Relay app would ask of the feed: a screen, its pages, a week's own pages, and one card again.
// Only read by relay-compiler: clients/relay.mjs runs what it makes of this.
import { graphql } from 'relay-runtime';

export const screen = graphql`
  query feedScreenQuery($count: Int!) {
    viewer {
      id
      ...feedCards_viewer @arguments(count: $count)
      ...feedMonths_viewer
    }
  }
`;

export const cards = graphql`
  fragment feedCards_viewer on Viewer
  @argumentDefinitions(
    count: { type: "Int!" }
    cursor: { type: "String" }
    kinds: { type: "[InsightKind!]" }
  )
  @refetchable(queryName: "feedNextCardsQuery") {
    spectrum {
      insightFeed(first: $count, after: $cursor, kinds: $kinds)
        @connection(key: "feedCards_insightFeed", filters: ["kinds"]) {
        unseenCount
        edges {
          node {
            id
            ...feedCard_insight
          }
        }
      }
    }
  }
`;

export const card = graphql`
  fragment feedCard_insight on Insight @refetchable(queryName: "feedCardAgainQuery") {
    kind
    kindLabel
    seenAt
    headline {
      ...feedClaim_claim
    }
    body {
      ...feedClaim_claim
    }
  }
`;

export const claim = graphql`
  fragment feedClaim_claim on Claim {
    text
    evidence {
      id
      label
      ...feedSessions_evidence @arguments(count: 5)
    }
  }
`;

export const sessions = graphql`
  fragment feedSessions_evidence on Evidence
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "feedMoreSessionsQuery") {
    sessions(first: $count, after: $cursor) @connection(key: "feedSessions_sessions") {
      totalCount
      edges {
        node {
          id
          startedAt
        }
      }
    }
  }
`;

export const months = graphql`
  fragment feedMonths_viewer on Viewer
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
  @refetchable(queryName: "feedMoreMonthsQuery") {
    spectrum {
      monthlySummaries(first: $count, after: $cursor) @connection(key: "feedMonths_monthlySummaries") {
        edges {
          node {
            id
            month
            status
          }
        }
      }
    }
  }
`;

export const week = graphql`
  query feedWeekQuery($week: Week!, $count: Int!) {
    viewer {
      spectrum {
        weeklySummary(week: $week) {
          ...feedWeek_week @arguments(count: $count)
        }
      }
    }
  }
`;

export const weekCards = graphql`
  fragment feedWeek_week on WeeklySummary
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "feedMoreOfWeekQuery") {
    insights(first: $count, after: $cursor) @connection(key: "feedWeek_insights") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

export const seen = graphql`
  mutation feedSeenMutation($input: MarkSeenInput!) {
    markInsightsSeen(input: $input) {
      unseenCount
      userErrors {
        code
        field
      }
    }
  }
`;
