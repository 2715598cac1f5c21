"""Wraps people's data keys and the installation's own by the current master key, a thousand people at a time.

Sealed words are not touched: they lie under the data keys, which stay what they are. Nobody's revision moves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.pipeline.ports import Ports
from app.storage import wrapped
from app.storage.sealed import KeyDamaged, MasterKeyMissing, MasterKeys
from app.storage.wrapped import WrappedBy, WrappedKey
from app.telemetry import logger

PEOPLE_AT_ONCE = 1_000
MAX_ROUNDS = 1_000
"""A million people of one upkeep; the next goes on where this one ended, since what is done is not found again."""
_BEFORE_ALL = UUID(int=0)

log = logger("rewrapping")


@dataclass(frozen=True, slots=True)
class Standing:
    """How much one master key wraps, and whether it is here; of what has no id yet nobody knows."""

    wraps: WrappedBy
    here: bool


@dataclass(slots=True)
class _Tally:
    """Keys wrapped anew, keys that nothing opens, and people looked at, so far."""

    done: int = 0
    shut: int = 0
    looked_at: int = 0


async def list_standings(ports: Ports) -> list[Standing]:
    """Every master key that is here or wraps something: the current one first, what is not known yet last."""
    async with ports.store.for_everyone() as tx:
        found = {each.master_key: each for each in await wrapped.count_wrapped(tx)}
    mine = [Standing(found.pop(id_, WrappedBy(id_, 0, 0)), here=True) for id_ in ports.keyring.master.ids]
    return [*mine, *(Standing(each, here=False) for each in found.values())]


async def rewrap(ports: Ports, report: Callable[[int], None] = lambda _: None, *, rounds: int = MAX_ROUNDS) -> int:
    """Wrap anew what another master key that is here wraps; how many keys. Safe to repeat, and beside itself.

    `report` is told how many people were looked at. What no key opens is left as it is, and told by its number.
    """
    tally, last = _Tally(), _BEFORE_ALL
    await _rewrap_secrets(ports, tally)
    for _round in range(rounds):
        old = await _rewrap_people(ports, tally, after=last)
        report(tally.looked_at)
        if len(old) < PEOPLE_AT_ONCE:
            break
        last = old[-1]
    if tally.done:
        log.info("keys_rewrapped", count=tally.done)
    if shut := tally.shut + await _count_missing(ports):
        log.error("keys_not_opened", count=shut)
    return tally.done


async def _rewrap_secrets(ports: Ports, tally: _Tally) -> None:
    master = ports.keyring.master
    async with ports.store.for_everyone() as tx:
        old = await wrapped.list_old_secrets(tx, master.ids[1:])
        anew = _anew(master, old)
        for each, by_current in anew.items():
            tally.done += await wrapped.keep_secret(tx, each, by_current, master.current.id)
    tally.shut += len(old) - len(anew)


async def _rewrap_people(ports: Ports, tally: _Tally, *, after: UUID) -> list[UUID]:
    """Those who were looked at, in id order."""
    master = ports.keyring.master
    async with ports.store.for_everyone() as tx:
        old = await wrapped.list_old_data_keys(tx, master.ids[1:], after=after, limit=PEOPLE_AT_ONCE)
        anew = _anew(master, old)
        tally.done += await wrapped.keep_data_keys(tx, anew, master.current.id)
    tally.shut += len(old) - len(anew)
    tally.looked_at += len(old)
    return [each.owner for each in old if isinstance(each.owner, UUID)]


def _anew(master: MasterKeys, old: Sequence[WrappedKey]) -> dict[WrappedKey, bytes]:
    """Those that a present master key opens, each with itself under the current one."""
    anew: dict[WrappedKey, bytes] = {}
    for each in old:
        try:
            key = master.unwrap(each.name, each.wrapped, each.master_key)
        except (MasterKeyMissing, KeyDamaged):
            continue
        anew[each] = master.wrap(each.name, key)
    return anew


async def _count_missing(ports: Ports) -> int:
    """Keys under a master key that is known by its id, and is not here."""
    missing = [each.wraps for each in await list_standings(ports) if not each.here and each.wraps.master_key]
    return sum(each.data_keys + each.secrets for each in missing)
