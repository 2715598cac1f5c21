/** What is seen: the screens of whoever is signed in, or how to sign in. */
import { render } from "preact";
import { App } from "./app";
import type { Home } from "./home";
import { SignInPage } from "./parts/sign_in_page";
import { sayUnseen } from "./parts/use_unseen";

const place = document.getElementById("page") as HTMLElement;
let shown: string | null = null;

export function showHome(home: Home): void {
  const { person } = home.token;
  if (shown !== person) sayUnseen(0);
  shown = person;
  render(<App key={person} home={home} />, place);
}

export function showSignIn(): void {
  shown = null;
  render(<SignInPage />, place);
}
