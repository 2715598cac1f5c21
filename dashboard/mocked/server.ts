/**
 * `npm run mocked`: the page without a service, over answers of an invented person that `record.mjs` wrote beside this file.
 *
 * Reads only: what would change something is refused, as by a server that says no.
 */
import { existsSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const here = new URL(".", import.meta.url);
const lock = readFileSync(new URL("../../documents/catalog.lock", here), "utf8").trim().split("\n");
const names = new Map(lock.map((line) => line.split(" ")).map(([name, , id]) => [id?.slice(0, 23), name]));
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const TOKEN = `${encoded({ alg: "none" })}.${encoded({ sub: "mocked", exp: 4_102_444_800 })}.`;

export function mocked(): Plugin {
  return {
    name: "mocked",
    configureServer(server) {
      server.middlewares.use("/graphql", (request, response) => {
        const asked = new URL(request.url ?? "", "http://mocked").searchParams.get("documentId") ?? "";
        const file = new URL(`answers/${names.get(asked)}.json`, here);
        const refused = JSON.stringify({ errors: [{ extensions: { code: "MOCKED" } }] });
        response.setHeader("content-type", "application/json");
        response.end(request.method === "GET" && existsSync(file) ? readFileSync(file) : refused);
      });
      server.httpServer?.once("listening", () => {
        server.config.logger.info(`  Signed in as somebody invented: /app/#token=${TOKEN}`);
      });
    },
  };
}
