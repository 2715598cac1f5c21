"""A wire from the program to its database that a test can cut, as a network does. Alters nothing that it carries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Wire:
    """A Unix socket that hands everything on to a server's own; `cut` ends all connections and takes no new one."""

    def __init__(self, to: Path) -> None:
        self._to = to
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    async def lay(self, socket: Path) -> None:
        """Listen at `socket`."""
        self._server = await asyncio.start_unix_server(self._carry, socket)

    async def cut(self) -> None:
        """End every connection, and refuse the next."""
        assert self._server is not None, "only a wire that was laid is cut"
        self._server.close()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        there, back = await asyncio.open_unix_connection(self._to)
        try:
            await asyncio.wait(
                [asyncio.create_task(_copy(reader, back)), asyncio.create_task(_copy(there, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except asyncio.CancelledError:
            pass
        finally:
            for end in (writer, back):
                end.close()
            self._carrying.discard(task)


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65_536):
            to.write(piece)
            await to.drain()


def _socket(query: str) -> Path:
    (home,) = parse_qs(query)["host"]
    (server,) = Path(home).glob(".s.PGSQL.*[0-9]")
    return server


@asynccontextmanager
async def wired(database_url: str, folder: Path) -> AsyncIterator[tuple[str, Wire]]:
    """Give the same database's URL over a wire whose socket is in `folder`, and the wire."""
    query = urlsplit(database_url).query
    server = _socket(query)
    wire = Wire(server)
    await wire.lay(folder / server.name)
    try:
        yield database_url.replace(query, f"host={folder}"), wire
    finally:
        await wire.cut()
