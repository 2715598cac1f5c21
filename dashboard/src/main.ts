/** The start: who is signed in, and what their first screen asks, at once; the page over it follows as soon as it is here. */
import "./style/tokens.css";
import "./style/page.css";
import "./style/parts.css";
import "./style/pictures.css";
import { onToken } from "./api/host";
import { heldToken, keepToken, type Token, takeHanded } from "./api/token";
import type { Home } from "./home";
import { SignedIn } from "./signed_in";
import { direction, language } from "./words/language";

document.documentElement.lang = language;
document.documentElement.dir = direction;
document.documentElement.classList.toggle("typeset", Boolean(navigator.serviceWorker?.controller));

/** How long the page is held back for the first ask to be on its way: reading the page takes all of a slow phone. */
const ASKED_WITHIN_MS = 250;

let page: Promise<typeof import("./page")> | null = null;
let current: SignedIn | null = null;

/** A token that holds something: the same person goes on with it, another person gets a page of their own. */
async function accept(token: Token): Promise<void> {
  if (current?.person === token.person) {
    current.renew(token);
    return;
  }
  current?.end();
  const mine = new SignedIn(token, (home) => void show(home), left);
  current = mine;
  await Promise.race([mine.begin(location.pathname), pause(ASKED_WITHIN_MS)]);
  await show(mine.now);
}

/** Only whoever is signed in by the time that the page is here. */
async function show(home: Home): Promise<void> {
  page ??= import("./page");
  const { showHome } = await page;
  if (current?.now === home) showHome(home);
}

async function left(): Promise<void> {
  current = null;
  page ??= import("./page");
  const { showSignIn } = await page;
  if (!current) showSignIn();
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function start(): Promise<void> {
  const token = (await takeHanded()) ?? (await heldToken());
  if (token) void accept(token);
  else void left();
}

onToken(async (bearer) => {
  const token = await keepToken(bearer);
  if (token) void accept(token);
});
addEventListener("hashchange", async () => {
  const token = await takeHanded();
  if (token) void accept(token);
});
void start();

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/app/shell.js", { scope: "/app/" }));
}
