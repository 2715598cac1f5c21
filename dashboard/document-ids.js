/**
 * A plugin of GraphQL Code Generator: a typed constant for each registered document, with its short id out of
 * `documents/catalog.lock`, so that what the dashboard asks and what the server accepts are the same file.
 */
import { readFileSync } from "node:fs";

const SHORT = 16;
const lock = readFileSync(new URL("../documents/catalog.lock", import.meta.url), "utf8");
const ids = new Map(
  lock
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([name, , id]) => [name, id.replace("sha256:", "").slice(0, SHORT)]),
);

export function plugin(_schema, documents) {
  const constants = documents.flatMap(({ document, location }) =>
    document.definitions
      .filter((each) => each.kind === "OperationDefinition")
      .map((operation) => constant(operation.name.value, operation.operation, location)),
  );
  return { prepend: ['import type { Document } from "./document";'], content: constants.join("\n") };
}

function constant(name, operation, location) {
  const id = ids.get(name);
  if (!id) {
    throw new Error(`${name} is not registered: spectrum schema --documents > documents/catalog.lock`);
  }
  const types = name + operation[0].toUpperCase() + operation.slice(1);
  // a socket takes documents by their text, an address by their id
  const text =
    operation === "subscription" ? `, text: ${JSON.stringify(readFileSync(location, "utf8"))}` : "";
  return `export const ${name}: Document<${types}, ${types}Variables> = { name: "${name}", kind: "${operation}", id: "${id}"${text} };`;
}
