/** The frame of the team's pages: tabs, the page by address, and ways on to GraphiQL. */
import { useEffect, useRef } from "preact/hooks";
import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from "preact-iso";
import { Notice } from "../parts/notice";
import { examples } from "./examples";
import { Experiments } from "./pages/experiments";
import { Money } from "./pages/money";
import { Use } from "./pages/use";
import { Words } from "./pages/words";
import { Work } from "./pages/work";
import { type Team, TeamContext } from "./use_asked";
import { words } from "./words";

const TABS = [
  { href: "/ops/", label: words.tabs.work, page: Work },
  { href: "/ops/money", label: words.tabs.money, page: Money },
  { href: "/ops/words", label: words.tabs.words, page: Words },
  { href: "/ops/use", label: words.tabs.use, page: Use },
  { href: "/ops/experiments", label: words.tabs.experiments, page: Experiments },
];
/** GraphiQL beside them is a page of its own. */
const SCOPE = /^\/ops\/(?!graphql)/;

export function TeamPages({ team, leave }: { team: Team | null; leave: () => void }) {
  return (
    <LocationProvider scope={SCOPE}>
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <Tabs />
      <main class="content team" id="content" tabIndex={-1}>
        {team ? (
          <TeamContext.Provider value={team}>
            <ErrorBoundary>
              <Router>
                {TABS.map(({ href, page }) => (
                  <Route key={href} path={href} component={page} />
                ))}
                <Route default component={Elsewhere} />
              </Router>
            </ErrorBoundary>
            <More leave={leave} />
          </TeamContext.Provider>
        ) : (
          <SignedOut />
        )}
      </main>
    </LocationProvider>
  );
}

function Tabs() {
  const { path } = useLocation();
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [path]);
  const here = path === "/ops" ? "/ops/" : path;
  return (
    <nav class="tabs" aria-label={words.pages}>
      <ul>
        {TABS.map(({ href, label }) => (
          <li key={href}>
            <a href={href} aria-current={here === href ? "page" : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Elsewhere() {
  const { route } = useLocation();
  useEffect(() => route("/ops/", true), [route]);
  return null;
}

function More({ leave }: { leave: () => void }) {
  return (
    <aside class="sheet" aria-labelledby="more-title">
      <h2 id="more-title">{words.examples}</h2>
      <ul class="plain-list row">
        <li>
          <a class="button" href="/ops/graphql">
            {words.graphiql}
          </a>
        </li>
        {examples.map(({ key, label, href }) => (
          <li key={key}>
            <a class="button" href={href}>
              {label}
            </a>
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" class="quiet" onClick={leave}>
          {words.signOut}
        </button>
      </div>
    </aside>
  );
}

function SignedOut() {
  const { title, text, hint } = words.failures.SIGNED_OUT;
  useEffect(() => {
    document.title = `${title} · ${words.title}`;
  }, [title]);
  return (
    <>
      <h1>{title}</h1>
      <Notice>
        <p>{text}</p>
        <p class="small">{hint}</p>
      </Notice>
    </>
  );
}
