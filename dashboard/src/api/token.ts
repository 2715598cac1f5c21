/**
 * Who is signed in, as far as this tab knows: a bearer token that the app or a link handed over.
 *
 * It lives in memory and in the tab's session storage, never in an address that is sent, and nothing here trusts it:
 * the server alone checks it. `person` is a digest that names the folder of kept answers.
 */
export interface Token {
  readonly bearer: string;
  readonly person: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

const PLACE = "spectrum.token";

/** What a link's fragment (`#token=…`) hands in. It is taken out of the address at once. */
export async function takeHanded(): Promise<Token | null> {
  const handed = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!handed) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return await keepToken(handed);
}

/** What the tab holds. */
export async function heldToken(): Promise<Token | null> {
  const bearer = sessionStorage.getItem(PLACE);
  return bearer ? await read(bearer) : null;
}

/** Take over a token that the app hands in. Null when it is none. */
export async function keepToken(bearer: string): Promise<Token | null> {
  const token = await read(bearer);
  if (token) sessionStorage.setItem(PLACE, bearer);
  return token;
}

/** Forget it here. */
export function dropToken(): void {
  sessionStorage.removeItem(PLACE);
}

async function read(bearer: string): Promise<Token | null> {
  try {
    const payload = (bearer.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (each) => each.charCodeAt(0));
    const { sub, exp } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string; exp?: number };
    if (!sub || !exp) return null;
    return { bearer, person: await digest(sub), endsAt: exp * 1000 };
  } catch {
    return null;
  }
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes.slice(0, 12), (each) => each.toString(16).padStart(2, "0")).join("");
}
