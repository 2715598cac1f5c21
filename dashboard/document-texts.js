/** A plugin of GraphQL Code Generator: a typed constant for each of the team's documents, with its text. One operation a file. */
import { readFileSync } from "node:fs";

export function plugin(_schema, documents) {
  const constants = documents.map(({ document, location }) => {
    const {
      name: { value: name },
      operation,
    } = document.definitions.find((each) => each.kind === "OperationDefinition");
    const types = name + operation[0].toUpperCase() + operation.slice(1);
    const text = JSON.stringify(readFileSync(location, "utf8"));
    return `export const ${name}: TeamDocument<${types}, ${types}Variables> = { name: "${name}", text: ${text} };`;
  });
  return { prepend: ['import type { TeamDocument } from "./api";'], content: constants.join("\n") };
}
