"""Sockets of graphql-transport-ws: who may open one, what may be said on it, and how much at once. Knows no field."""
