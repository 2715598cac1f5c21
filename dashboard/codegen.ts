import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types of each registered document, and the id by which the server knows it: the text itself never travels. */
const config: CodegenConfig = {
  schema: "../graphql_schema/schema.graphql",
  documents: "../documents/*.graphql",
  generates: {
    "src/api/documents.ts": {
      plugins: ["typescript-operations", "./document-ids.js"],
      config: {
        enumType: "string-literal",
        skipTypename: true,
        inlineFragmentTypes: "inline",
        immutableTypes: true,
        useTypeImports: true,
        scalars: {
          ID: "string",
          Date: "string",
          DateTime: "string",
          LocalTime: "string",
          Locale: "string",
          Month: "string",
          Sha256: "string",
          TimeZone: "string",
          UUID: "string",
          Week: "string",
        },
      },
    },
  },
};

export default config;
