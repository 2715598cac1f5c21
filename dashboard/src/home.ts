/** What every part of the page can reach: who is signed in, how answers are read, and where events go. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Kept } from "./api/kept";
import type { Outbox } from "./api/outbox";
import type { Reader } from "./api/reader";
import type { Token } from "./api/token";
import type { Ask } from "./api/transport";
import type { ThisBrowser } from "./push/this_browser";

export interface Home {
  readonly token: Token;
  readonly ask: Ask;
  readonly reader: Reader;
  readonly outbox: Outbox;
  readonly kept: Kept;
  /** Whether messages come here. Fetched when it is wanted. */
  readonly thisBrowser: () => Promise<ThisBrowser>;
  /** The token ended, or the server refused it: what is shown is a copy. */
  readonly signedOut: boolean;
  /** Forget the token, and all that is kept of this person here. */
  readonly signOut: () => Promise<void>;
  /** Go to the page about signing in; the saved copy stays. */
  readonly leave: () => void;
}

export const HomeContext = createContext<Home | null>(null);

/** The page's home. Only inside a signed-in page. */
export function useHome(): Home {
  const home = useContext(HomeContext);
  if (!home) throw new Error("There is no home outside a signed-in page.");
  return home;
}
