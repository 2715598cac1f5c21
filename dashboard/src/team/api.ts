/** One call of the team's endpoint, by the text of a document. Keeps nothing: no answer outlives the page. */

/** What it answers and what it asks for are in its type. */
export interface TeamDocument<Result, Variables> {
  readonly name: string;
  readonly text: string;
  /** Never there: they carry the types. */
  readonly result?: Result;
  readonly variables?: Variables;
}

/** SIGNED_OUT: no token, or one that has ended. FORBIDDEN: its roles may not do this. UNREACHABLE: nobody answered. */
export type Why = "SIGNED_OUT" | "FORBIDDEN" | "UNREACHABLE" | "REFUSED";

export class Failed extends Error {
  constructor(
    readonly why: Why,
    readonly requestId = "",
  ) {
    super(why);
  }
}

interface Body<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

const PATIENCE_MS = 20_000;

export type Ask = <Result, Variables>(
  document: TeamDocument<Result, Variables>,
  variables: Variables,
) => Promise<Result>;

export function asking(bearer: () => string | null): Ask {
  return async <Result, Variables>(document: TeamDocument<Result, Variables>, variables: Variables) => {
    const token = bearer();
    if (!token) throw new Failed("SIGNED_OUT");
    const response = await fetch("/ops/graphql", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/graphql-response+json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ query: document.text, operationName: document.name, variables }),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => {
      throw new Failed("UNREACHABLE");
    });
    const body = (await response.json().catch(() => ({}))) as Body<Result>;
    const code = body.errors?.[0]?.extensions?.code;
    const requestId = response.headers.get("x-request-id") ?? "";
    if (response.status === 401 || code === "UNAUTHENTICATED") throw new Failed("SIGNED_OUT");
    if (response.status === 403 || code === "FORBIDDEN") throw new Failed("FORBIDDEN");
    if (code || !body.data) throw new Failed(code ? "REFUSED" : "UNREACHABLE", requestId);
    return body.data;
  };
}
