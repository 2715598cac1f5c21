/** Questions to begin with in GraphiQL, which opens with one by `#query=`: a fragment reaches no server, and no log. */
import { words } from "./words";

const TEXTS: Readonly<Record<keyof typeof words.example, string>> = {
  late: `{
  ops {
    jobs(first: 20, filter: { overdue: true }) {
      totalCount
      nodes { id kind status dueAt attempt attempts { failure message } }
    }
  }
}
`,
  spend: `{
  ops {
    spend(range: { preset: LAST_28_DAYS }, groupBy: [MODEL, DAY]) {
      total
      rows { keys calls inputTokens outputTokens cost }
    }
  }
}
`,
  safety: `{
  ops {
    safetyLog(first: 20, range: { preset: LAST_28_DAYS }) {
      nodes { at kind action promptRevision }
    }
  }
}
`,
  funnel: `{
  ops {
    funnel(range: { preset: LAST_90_DAYS }, steps: [TEASER_SHOWN, TEASER_TAPPED, PAYWALL_SHOWN]) {
      steps { name people fromPrevious { rate low high suppressed } }
    }
  }
}
`,
};

export const examples = (Object.entries(TEXTS) as [keyof typeof TEXTS, string][]).map(([key, text]) => ({
  key,
  label: words.example[key],
  href: `/ops/graphql#query=${encodeURIComponent(text)}`,
}));
