/** The team's pages at `/ops`: built apart from the person's, so that neither holds anything of the other. No service worker. */
import { defineConfig } from "vite";

const api = `http://127.0.0.1:${process.env.SPECTRUM_PORT ?? 8000}`;

export default defineConfig({
  base: "/ops/",
  build: {
    target: "es2022",
    outDir: "dist-team",
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: "team.html" },
  },
  server: { proxy: { "/ops/graphql": { target: api, ws: true }, "/graphiql": api } },
});
