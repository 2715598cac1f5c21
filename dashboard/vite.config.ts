import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { mocked } from "./mocked/server";

const api = `http://127.0.0.1:${process.env.SPECTRUM_PORT ?? 8000}`;

/** The page is fetched along with the start that imports it, not after it. */
function pageAtOnce(): Plugin {
  return {
    name: "page-at-once",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((each) => each.type === "chunk");
        const page = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith("/src/page.tsx")));
        return [page?.fileName, ...(page?.imports ?? [])]
          .filter((name) => name && !html.includes(name))
          .map((name) => ({
            tag: "link",
            injectTo: "head" as const,
            attrs: { rel: "modulepreload", crossorigin: true, href: `/app/${name}` },
          }));
      },
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: "/app/",
  define: { __VERSION__: JSON.stringify(process.env.npm_package_version ?? "0.1.0") },
  build: {
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // two files for the first picture: what asks for it, and what draws it
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "start", test: /src\/main\.ts$/, priority: 2 },
            { name: "page", test: /src\/page\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server:
    mode === "mocked"
      ? {}
      : { proxy: { "/graphql": { target: api, ws: true }, "/export": api, "/.well-known": api } },
  test: { include: ["tests/**/*.test.ts"] },
  plugins: [
    mode === "mocked" && mocked(),
    pageAtOnce(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "shell.ts",
      injectRegister: false,
      injectManifest: {
        globPatterns: ["**/*.{js,css,html,svg,woff2}"],
        globIgnores: ["**/*-ext-*", "**/*vietnamese*"],
      },
      manifest: {
        name: "Spectrum",
        short_name: "Spectrum",
        description: "How you have been: your own sessions as honest pictures.",
        id: "/app/",
        start_url: "/app/",
        scope: "/app/",
        display: "standalone",
        background_color: "#f7f4ee",
        theme_color: "#f7f4ee",
        icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }],
      },
    }),
  ],
}));
