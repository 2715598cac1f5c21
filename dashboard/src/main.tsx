/** The start: who is signed in, what is kept of them here, and the page over it. */
import "./style/tokens.css";
import "./style/page.css";
import "./style/parts.css";
import "./style/pictures.css";
import { render } from "preact";
import { onToken } from "./api/host";
import { heldToken, keepToken, type Token, takeHanded } from "./api/token";
import { App } from "./app";
import { SignInPage } from "./parts/sign_in_page";
import { sayUnseen } from "./parts/use_unseen";
import { SignedIn } from "./signed_in";
import { direction, language } from "./words/language";

const page = document.getElementById("page") as HTMLElement;
document.documentElement.lang = language;
document.documentElement.dir = direction;
document.documentElement.classList.toggle("typeset", Boolean(navigator.serviceWorker?.controller));

let current: SignedIn | null = null;

/** A token that holds something: the same person goes on with it, another person gets a page of their own. */
function accept(token: Token): void {
  if (current?.person === token.person) {
    current.renew(token);
    return;
  }
  current?.end();
  sayUnseen(0);
  current = new SignedIn(token, (home) => render(<App key={token.person} home={home} />, page), left);
  current.begin();
}

function left(): void {
  current = null;
  render(<SignInPage />, page);
}

async function start(): Promise<void> {
  const token = (await takeHanded()) ?? (await heldToken());
  if (token) accept(token);
  else left();
}

onToken(async (bearer) => {
  const token = await keepToken(bearer);
  if (token) accept(token);
});
addEventListener("hashchange", async () => {
  const token = await takeHanded();
  if (token) accept(token);
});
void start();

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/app/shell.js", { scope: "/app/" }));
}
