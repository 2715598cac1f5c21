"""Sends to addresses that others chose, without becoming their way into our own network (SSRF).

The name is resolved here, every address of it is checked, and the very address that was checked is connected to, while
SNI, certificate and Host stay the name's. httpcore is used as it is, below httpx: it knows no redirects, no proxies of
the environment and no cookies, unpacks nothing, and logs no URL. Nothing here is logged at all.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

import httpcore

from app.domain.outside import Place, may_connect, place_of, retry_after_s

CONNECT_S = 5.0
WHOLE_S = 15.0
"""For one request, from the name to the last byte that is read."""
MOST_BODY = 65_536
"""Bytes of an answer that are read, and thrown away; a longer one costs its connection."""
MOST_CONNECTIONS = 50
"""Busy or idle: a smaller bound for idle ones alone would have httpcore close them while others are busy."""
IDLE_S = 30.0
MOST_ADDRESSES = 4
"""Of one name that are tried; all of them are checked."""
USER_AGENT = "kalei-spectrum"

_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, OSError)
"""OSError: what TLS says after its handshake."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host and a port to its IP addresses. OSError when there is none."""


class OutsideError(Exception):
    """Nothing was answered; `str()` of it is a sentence that holds nothing of the address."""


class AddressRefused(OutsideError):
    """It may not be connected to, now or later: it is no URL of the allowed form, or leads into a private network."""


class Unreachable(OutsideError):
    """No connection, no valid certificate for the name, or no answer that is HTTP."""


class TooSlow(OutsideError):
    """No answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the status, and how many seconds to stay away (Retry-After), None when it does not say."""

    status: int
    retry_after_s: float | None = None


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver, for the full name only: a search list would make another name of it."""
    name = f"{host}." if "." in host and not _is_number(host) else host
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Outside:
    """A client for such addresses. Connections are kept for a while, each to an address that was checked."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        whole_s: float = WHOLE_S,
    ) -> None:
        """`allow_loopback` is for development; `tls` (None: the usual authorities) must verify names."""
        context = tls or httpcore.default_ssl_context()
        assert context.check_hostname, "a certificate is one for a name"
        self._allow_loopback = allow_loopback
        self._whole_s = whole_s
        self._timeouts = {"connect": connect_s, "read": whole_s, "write": whole_s, "pool": whole_s}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=IDLE_S,
            network_backend=_Guarded(resolve, allow_loopback=allow_loopback),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send `body`. AddressRefused, Unreachable or TooSlow when nothing was answered."""
        try:
            place = place_of(url, allow_loopback=self._allow_loopback)
        except ValueError as fault:
            raise AddressRefused(str(fault)) from None
        try:
            return await self._post(place, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            raise TooSlow("It did not answer in time.") from None
        except _BROKEN as error:
            raise Unreachable(f"It gave no answer ({type(error).__name__}).") from None

    async def _post(self, place: Place, headers: Mapping[str, str], body: bytes) -> Answer:
        url = httpcore.URL(scheme=place.scheme, host=place.host, port=place.port, target=place.target)
        fields = {"user-agent": USER_AGENT, "accept": "*/*", **headers}
        async with asyncio.timeout(self._whole_s) as whole:
            async with self._pool.stream(
                "POST", url, headers=list(fields.items()), content=body, extensions={"timeout": self._timeouts}
            ) as response:
                said = {name.lower(): value for name, value in response.headers}.get(b"retry-after", b"")
                answer = Answer(response.status, retry_after_s(said.decode("latin-1"), datetime.now(UTC)))
                # The status is the answer, whatever becomes of the rest; what is read makes the connection good again.
                with suppress(TimeoutError, httpcore.TimeoutException, *_BROKEN):
                    await _throw_away(response, _time_left(whole))
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await self._pool.aclose()


class _Guarded(httpcore.AsyncNetworkBackend):
    """The one way to a socket: resolves, checks, and connects to what it checked."""

    def __init__(self, resolve: Resolve, *, allow_loopback: bool) -> None:
        self._resolve = resolve
        self._allow_loopback = allow_loopback
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address of `host`; the first that can be reached. AddressRefused when any is not public."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        except OSError:
            raise httpcore.ConnectError("the name was not resolved") from None
        if not all(may_connect(each, allow_loopback=self._allow_loopback) for each in addresses):
            raise AddressRefused("It leads to an address that is not public.")
        tried = addresses[:MOST_ADDRESSES]
        failed: Exception = httpcore.ConnectError("the name has no address")
        for address in tried:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout and timeout / len(tried), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


def _time_left(whole: asyncio.Timeout) -> float:
    """Seconds, a little less than there are: the answer that is there already must not be lost with the rest."""
    ends_at = whole.when()
    assert ends_at is not None, "it has an end"
    return (ends_at - asyncio.get_running_loop().time()) * 0.9


async def _throw_away(response: httpcore.Response, most_s: float) -> None:
    """Read the body to its end, if that comes soon and within the bound."""
    length = 0
    async with asyncio.timeout(most_s):
        async for chunk in response.aiter_stream():
            length += len(chunk)
            if length > MOST_BODY:
                return


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
