/**
 * One call to `/graphql` by the id of a registered document: queries by GET with the tag of what is kept, mutations by
 * POST. Keeps nothing and retries nothing.
 */
import type { Document } from "./document";
import { Refused, SignedOut, Throttled, Unreachable } from "./failures";

export interface Answer<Result> {
  readonly data: Result;
  readonly tag: string | null;
}

export type Ask = <Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  tag?: string | null,
) => Promise<Answer<Result> | "unchanged">;

const PATIENCE_MS = 20_000;

/** Ask as whoever `bearer` names, in `language` (BCP 47). */
export function transport(bearer: () => string | null, language: () => string): Ask {
  return async (document, variables, tag) => {
    const token = bearer();
    if (!token) throw new SignedOut();
    const headers: Record<string, string> = {
      authorization: `Bearer ${token}`,
      accept: "application/graphql-response+json",
      "accept-language": language(),
    };
    if (tag) headers["if-none-match"] = tag;
    const response = await sent(document, variables, headers);
    if (response.status === 304) return "unchanged";
    if (response.status === 401) throw new SignedOut();
    if (response.status === 429) throw new Throttled(Number(response.headers.get("retry-after") ?? 1) * 1000);
    return { data: await dataOf(response), tag: response.headers.get("etag") };
  };
}

async function sent(
  document: Document<unknown, unknown>,
  variables: unknown,
  headers: Record<string, string>,
): Promise<Response> {
  const options: RequestInit = { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
  const documentId = `sha256:${document.id}`;
  try {
    if (document.kind === "query") {
      const asked = new URLSearchParams({ documentId, variables: JSON.stringify(variables) });
      return await fetch(`/graphql?${asked}`, options);
    }
    headers["content-type"] = "application/json";
    return await fetch("/graphql", {
      ...options,
      method: "POST",
      body: JSON.stringify({ documentId, variables }),
    });
  } catch {
    throw new Unreachable();
  }
}

async function dataOf<Result>(response: Response): Promise<Result> {
  const requestId = response.headers.get("x-request-id") ?? "";
  let body: { data?: Result | null; errors?: { extensions?: { code?: string } }[] };
  try {
    body = await response.json();
  } catch (failure) {
    const isOurs = failure instanceof SyntaxError && response.status < 500;
    throw isOurs ? new Refused("INTERNAL", requestId) : new Unreachable(); // cut off, too late, or a gateway's page
  }
  const code = body.errors?.[0]?.extensions?.code;
  if (code === "UNAUTHENTICATED") throw new SignedOut();
  if (code || !body.data) throw new Refused(code ?? "INTERNAL", requestId);
  return body.data;
}
