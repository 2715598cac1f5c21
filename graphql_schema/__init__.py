"""The GraphQL schema, one file per noun; `schema.py` composes it. Resolvers are short and decide nothing."""
