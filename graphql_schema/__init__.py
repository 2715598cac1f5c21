"""The GraphQL schema, one file per noun; `schema.py` composes it. Resolvers are short and decide nothing."""

import graphql_schema.vocabulary  # noqa: F401 - before any type is: it gives the domain's enums their GraphQL names
