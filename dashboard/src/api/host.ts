/**
 * The app around the page, when there is one: it hands the token in, and opens Mirror, Turn, Lens and sign-in.
 *
 * In a WebView the app is `window.KaleiHost` (Android) or `webkit.messageHandlers.kalei` (iOS); in a browser there is none.
 */
import type { SuggestedAction } from "./documents";

export type Wish =
  | { readonly type: "open"; readonly action: SuggestedAction }
  | { readonly type: "sign-in" }
  | { readonly type: "upgrade"; readonly impressionToken: string };

interface Hosts {
  KaleiHost?: { postMessage(message: string): void };
  webkit?: { messageHandlers?: { kalei?: { postMessage(message: string): void } } };
  kaleiToken?: (bearer: string) => void;
}

const hosts = globalThis as unknown as Hosts;

const host = () => hosts.KaleiHost ?? hosts.webkit?.messageHandlers?.kalei;

/** Whether there is an app around the page. */
export const hasHost = (): boolean => host() !== undefined;

/** Ask the app for something. False when there is none. */
export function wish(asked: Wish): boolean {
  host()?.postMessage(JSON.stringify(asked));
  return hasHost();
}

/** Be told of each token that the app hands in by calling `kaleiToken(…)`. */
export function onToken(told: (bearer: string) => void): void {
  hosts.kaleiToken = told;
}
