/* Starts GraphiQL on the endpoint that the page names, with a token kept in this tab only.
   Does not persist anything beyond the tab: queries may hold what people are called. */
(() => {
  "use strict";
  const TOKEN = "spectrum:token";
  const root = document.getElementById("graphiql");
  const field = document.getElementById("token");
  const endpoint = root.dataset.endpoint;
  document.getElementById("endpoint").textContent = endpoint;

  // `#token=…&query=…` never reaches the server, nor its logs; it is taken out of the address so that the token is not
  // shared by copying it.
  const linked = new URLSearchParams(location.hash.slice(1));
  if (linked.has("token")) sessionStorage.setItem(TOKEN, linked.get("token"));
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  field.value = sessionStorage.getItem(TOKEN) || "";
  field.addEventListener("input", () => sessionStorage.setItem(TOKEN, field.value.trim()));

  const authorised = (given) => {
    const headers = new Headers(given);
    const token = field.value.trim();
    if (token && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
    return headers;
  };
  const fetcher = GraphiQL.createFetcher({
    url: endpoint,
    fetch: (url, options) => fetch(url, { ...options, headers: authorised(options.headers) }),
    // graphql-transport-ws cannot send headers: the token goes into connection_init, as it stands when it is opened.
    subscriptionUrl: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${endpoint}`,
    wsConnectionParams: {
      get authorization() {
        return authorised().get("authorization") ?? undefined;
      },
    },
  });
  const props = {
    fetcher,
    storage: sessionStorage,
    defaultEditorToolsVisibility: "headers",
    // The token is not among them: it has its own field, and is no part of a tab that is kept or shown.
    defaultHeaders: '{\n  "accept-language": "en"\n}\n',
    shouldPersistHeaders: false,
    ...(linked.has("query") ? { query: linked.get("query") } : {}),
    defaultQuery: "# Ctrl-Enter runs the query; Ctrl-Space completes.\n{\n  __typename\n}\n",
  };
  ReactDOM.createRoot(root).render(React.createElement(GraphiQL, props));
  // A new token may see another schema: Ctrl-Shift-R in GraphiQL asks again.
})();
