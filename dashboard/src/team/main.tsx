/** The start of the team's pages: a token of the tab's, and nothing that is kept beyond it. */
import { render } from "preact";
import "../style/tokens.css";
import "../style/page.css";
import "../style/parts.css";
import "../style/pictures.css";
import "./team.css";
import { direction, language } from "../words/language";
import { asking } from "./api";
import { TeamPages } from "./team";
import { claimedRoles, dropToken, heldToken, takeHanded } from "./token";

document.documentElement.lang = language;
document.documentElement.dir = direction;

function show(): void {
  takeHanded();
  const bearer = heldToken();
  const team = bearer ? { ask: asking(heldToken), roles: claimedRoles(bearer) } : null;
  render(
    <TeamPages key={bearer} team={team} leave={leave} />,
    document.getElementById("page") as HTMLElement,
  );
}

function leave(): void {
  dropToken();
  show();
}

addEventListener("hashchange", () => location.hash.startsWith("#token=") && show());
show();
