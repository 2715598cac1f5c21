"""The Postgres and the Redis that run when no address of another one is given.

Reads no settings of the product: a path comes in, addresses go out. It never opens the database for use.
"""

from app.embedded.servers import Servers, embedded_servers, remove_state

__all__ = ["Servers", "embedded_servers", "remove_state"]
