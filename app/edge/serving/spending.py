"""The points of one request: what it may cost, what was taken of whom, and what its answer says about that.

Counts nothing itself.
"""

from ipaddress import ip_address, ip_network
from typing import Any

from graphql import OperationType

from app.edge.documents.cost import Requested
from app.edge.documents.prepared import DocumentRefused, Operation
from app.edge.serving.points import Points
from app.errors import TopLevelCode
from app.gateways.points import LIMIT, RESTORE_PER_S
from graphql_schema.context import Context, RateLimited


class Spending:
    """One request's points. Without `points` they are counted and cost nobody anything."""

    def __init__(self, points: Points | None, payer: str, requested: int, *, is_shared: bool) -> None:
        self._points = points
        self._payer = payer
        self.requested = requested
        self._is_shared = is_shared
        self._taken = 0

    async def take(self, most: int | None = None) -> None:
        """Take what the request may cost, or `most`. TooOften when the caller has too few."""
        if self._points is not None:
            taken = self.requested if most is None else most
            await self._points.take(self._payer, taken, is_shared=self._is_shared)
            self._taken = taken

    async def settled(self, actual: int) -> dict[str, Any]:
        """Give back what was not needed; `extensions.cost`."""
        told = {"requested": self.requested, "actual": actual, "limit": LIMIT, "restorePerSecond": RESTORE_PER_S}
        if self._points is None:
            return {**told, "available": LIMIT}
        spare = max(0, self._taken - actual)
        self._taken -= spare
        balance = await self._points.give_back(self._payer, spare, is_shared=self._is_shared)
        return {**told, "available": balance.available}

    def rate_limit(self) -> RateLimited:
        """What `rateLimit` says, after this call's points were taken."""
        if self._points is None:
            return RateLimited(self.requested, LIMIT, 0.0)
        balance = self._points.balance(self._payer)
        return RateLimited(self.requested, balance.available, balance.full_in_s)


def _network(address: str) -> str:
    """Whose address it is, as far as that can be told: of IPv6 the first 64 bits, which one customer has all of."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


async def extensions_of(
    context: Context, operation: Operation, spending: Spending, actual: int, *, with_revision: bool
) -> dict[str, Any]:
    """What stands beside an answer: its cost, settled now, and of which revision of the caller's data it is."""
    extensions: dict[str, Any] = {"cost": await spending.settled(actual)}
    if with_revision and context.caller is not None:
        if operation.kind is OperationType.MUTATION:
            context.forget_reads()
        extensions["dataRevision"] = (await context.head()).data_revision
    return extensions


class Spender:
    """Knows who pays for a request: the signed-in person in whichever process, an anonymous one by their address.

    Addresses have purses of their own (`anonymous`), so that many of them push nobody's out.
    """

    def __init__(self, points: Points | None, anonymous: Points | None = None) -> None:
        self._points = points
        self._anonymous = anonymous or points

    def of(self, context: Context, address: str, requested: Requested) -> Spending:
        """The request's spending. DocumentRefused when it may cost more than a full bucket.

        `address` is where an anonymous request comes from.
        """
        if self._points is not None and requested.points > LIMIT:
            message = f"This may cost {requested.points} points of {LIMIT}: ask for less at once."
            raise DocumentRefused.because(message, TopLevelCode.COST_LIMIT_EXCEEDED)
        if context.caller is None:
            payer = f"address {_network(address)}"
        else:
            payer = context.ports.keyring.identity.pseudonym("points", context.person_id())
        points = self._points if context.caller is not None else self._anonymous
        spending = Spending(points, payer, requested.points, is_shared=context.caller is not None)
        context.rate_limit = spending.rate_limit
        return spending
