/**
 * Whose page this is: a token handed in by `#token=…`, held by the tab under the name by which GraphiQL holds it, so that one sign-in
 * is enough for both.
 *
 * What is read out of it decides what is offered, never what is allowed: that is the server's.
 */
const PLACE = "spectrum:token";

/** What a link's fragment hands in is taken out of the address at once. */
export function takeHanded(): void {
  const handed = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!handed) return;
  sessionStorage.setItem(PLACE, handed);
  history.replaceState(history.state, "", location.pathname + location.search);
}

export const heldToken = (): string | null => sessionStorage.getItem(PLACE);

export const dropToken = (): void => sessionStorage.removeItem(PLACE);

/** The roles that the token claims. */
export function claimedRoles(bearer: string | null): readonly string[] {
  try {
    const payload = (bearer?.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { roles } = JSON.parse(atob(payload)) as { roles?: unknown };
    return Array.isArray(roles) ? roles.map(String) : [];
  } catch {
    return [];
  }
}
