/** The page: screens by address, the navigation between them, and what is told while it is open. */
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { Unreachable } from "./api/failures";
import { type Home, HomeContext } from "./home";
import { Failure } from "./parts/failure";
import { Navigation } from "./parts/navigation";
import { TitledPage } from "./parts/screen";
import { Landscape } from "./screens/landscape/landscape";
import { words } from "./words/page";

/** A screen that is fetched when it is wanted; where it cannot be had, that is said. */
const later = (load: () => Promise<ComponentType>) => lazy(() => load().catch(() => OutOfReach));

const Patterns = later(() => import("./screens/patterns/patterns").then((room) => room.Patterns));
const Insights = later(() => import("./screens/insights/insights").then((room) => room.Insights));
const Month = later(() => import("./screens/month/month").then((room) => room.Month));
const Control = later(() => import("./screens/control/control").then((room) => room.Control));
const Support = later(() => import("./screens/support/support").then((room) => room.Support));

function OutOfReach() {
  return (
    <TitledPage title={words.outOfReach}>
      <Failure failure={new Unreachable()} again={() => location.reload()} />
    </TitledPage>
  );
}

function Elsewhere() {
  const { route } = useLocation();
  useEffect(() => route("/app/", true), [route]);
  return null;
}

export function App({ home }: { home: Home }) {
  return (
    <HomeContext.Provider value={home}>
      <LocationProvider scope="/app">
        <a class="skip" href="#content">
          {words.skip}
        </a>
        <div class="frame">
          <main class="content" id="content" tabIndex={-1}>
            <ErrorBoundary>
              <Router>
                <Route path="/app/" component={Landscape} />
                <Route path="/app/patterns" component={Patterns} />
                <Route path="/app/insights/:week?" component={Insights} />
                <Route path="/app/month/:month?" component={Month} />
                <Route path="/app/control/:part?" component={Control} />
                <Route path="/app/support" component={Support} />
                <Route default component={Elsewhere} />
              </Router>
            </ErrorBoundary>
          </main>
          <Navigation />
        </div>
      </LocationProvider>
    </HomeContext.Provider>
  );
}
