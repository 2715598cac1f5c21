/** The start: who is signed in, what is kept of them here, and the page over it. */
import "./style/tokens.css";
import "./style/page.css";
import "./style/parts.css";
import "./style/pictures.css";
import { render } from "preact";
import { onToken } from "./api/host";
import { keepToken, type Token, takeToken } from "./api/token";
import { App } from "./app";
import { SignInPage } from "./parts/sign_in_page";
import { signedIn } from "./signed_in";
import { direction, language } from "./words/language";

const page = document.getElementById("page") as HTMLElement;
document.documentElement.lang = language;
document.documentElement.dir = direction;
document.documentElement.classList.toggle("typeset", Boolean(navigator.serviceWorker?.controller));

let leave: () => void = () => undefined;

function show(token: Token | null): void {
  leave();
  if (!token) {
    render(<SignInPage />, page);
    return;
  }
  const { begin, end } = signedIn(
    token,
    (home) => render(<App home={home} />, page),
    () => show(null),
  );
  leave = end;
  begin();
}

onToken(async (bearer) => show(await keepToken(bearer)));
takeToken().then(show);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/app/shell.js", { scope: "/app/" }));
}
