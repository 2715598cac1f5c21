import type { CodegenConfig } from "@graphql-codegen/cli";

const types = {
  enumType: "string-literal",
  skipTypename: true,
  inlineFragmentTypes: "inline",
  immutableTypes: true,
  useTypeImports: true,
  scalars: {
    ID: "string",
    Date: "string",
    DateTime: "string",
    Decimal: "string",
    LocalTime: "string",
    Locale: "string",
    Month: "string",
    Sha256: "string",
    TimeZone: "string",
    UUID: "string",
    Week: "string",
  },
} as const;

/**
 * Types of each registered document, and the id by which the server knows it: the text itself never travels. The team's documents
 * are not registered, so theirs does.
 */
const config: CodegenConfig = {
  generates: {
    "src/api/documents.ts": {
      schema: "../graphql_schema/schema.graphql",
      documents: "../documents/*.graphql",
      plugins: ["typescript-operations", "./document-ids.js"],
      config: types,
    },
    "src/team/documents.ts": {
      schema: "../graphql_schema/ops.graphql",
      documents: "src/team/asks/*.graphql",
      plugins: ["typescript-operations", "./document-texts.js"],
      config: types,
    },
  },
};

export default config;
