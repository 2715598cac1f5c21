"""GraphiQL served from our own files, so that it works with no internet and loads nothing from elsewhere.

Decides neither who may see it nor which documents run: the endpoint that it talks to does.
"""

from app.edge.graphiql.page import graphiql_response, graphiql_routes

__all__ = ["graphiql_response", "graphiql_routes"]
