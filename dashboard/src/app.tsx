/** The page: screens by address, the way between them, and what is told while it is open. */
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { type Home, HomeContext } from "./home";
import { Ways } from "./parts/ways";
import { Landscape } from "./screens/landscape/landscape";
import { words } from "./words/page";

const Patterns = lazy(() => import("./screens/patterns/patterns").then((room) => room.Patterns));
const Insights = lazy(() => import("./screens/insights/insights").then((room) => room.Insights));
const Month = lazy(() => import("./screens/month/month").then((room) => room.Month));
const Control = lazy(() => import("./screens/control/control").then((room) => room.Control));
const Support = lazy(() => import("./screens/support/support").then((room) => room.Support));

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
                <Route path="/app/insights" component={Insights} />
                <Route path="/app/month/:month?" component={Month} />
                <Route path="/app/control/:part?" component={Control} />
                <Route path="/app/support" component={Support} />
                <Route default component={Landscape} />
              </Router>
            </ErrorBoundary>
          </main>
          <Ways />
        </div>
      </LocationProvider>
    </HomeContext.Provider>
  );
}
