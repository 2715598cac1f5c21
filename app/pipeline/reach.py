"""Takes where a person can be reached, and how they want to be. Tells nobody anything."""

import re
from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.notifications import LATEST, Preferences, problems_of_version
from app.domain.outside import problems_of_url
from app.domain.periods import PeriodKind, period_of, previous
from app.errors import ErrorCode, Problem, Refused
from app.gateways.web_push import are_keys
from app.jobs import Job, JobKind, Kept, PersonAt, push
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.jobs import ledger
from app.storage.notify import devices, preferences, pushes
from app.storage.notify.devices import NewDevice
from app.storage.store import Tx

NO_KEYS = "p256dh is a point of P-256 and auth 16 bytes, both in base64url."
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", re.ASCII)
"""Language, script and region of BCP 47, and nothing that could be made up."""


async def register(ports: Ports, person: PersonAt, new: NewDevice) -> UUID:
    """Register or renew an address; the device's id. Refused when it is not of the form of one.

    All but the address itself, which the push service made, is of forms that carry nobody's words.
    """
    faults = [
        *problems_of_version(new.app_version),
        *problems_of_url(new.endpoint, "input", "webPush", "endpoint", allow_loopback=ports.rules.tells_loopback),
        *([] if are_keys(new.p256dh, new.auth) else [Problem(ErrorCode.INVALID, NO_KEYS, ("input", "webPush"))]),
        *_unlike(_LOCALE, new.locale, "A language is written as in pt-BR.", "locale"),
    ]
    if new.zone not in ports.zones:
        faults.append(Problem(ErrorCode.INVALID, "There is no such time zone.", ("input", "timeZone")))
    if faults:
        raise Refused(*faults)
    registered: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        await people.keep_revision(tx, person)
        registered.append(await devices.keep(tx, person.id, new))
        return Kept(await _untold(tx, person))

    await commit(ports, keep, person=None)  # an address that was another's goes from them
    return registered[-1]


async def _untold(tx: Tx, person: PersonAt) -> tuple[Job, ...]:
    """Jobs for what could be read already, and is still news, when there was no device to say so."""
    head = await people.find_head(tx, person.id)
    assert head is not None, "the fence has just seen this person"
    jobs = []
    for kind in PeriodKind:
        first_day = previous(kind, period_of(kind, head.now.astimezone(ZoneInfo(head.zone)).date())).first
        if await pushes.list_fresh(tx, kind, {person.id: first_day}, latest=LATEST):
            jobs.append(push(kind, person, first_day))
    return tuple(jobs)


def _unlike(pattern: re.Pattern[str], text: str, message: str, *field: str) -> list[Problem]:
    return [] if pattern.fullmatch(text) else [Problem(ErrorCode.INVALID, message, ("input", *field))]


async def unregister(ports: Ports, person: PersonAt, device_id: UUID) -> None:
    """Forget a device. Refused when the person has none of this id."""

    async def keep(tx: Tx) -> Kept:
        if not await devices.erase(tx, person.id, device_id):
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such device.", ("input", "deviceId")))
        return Kept()

    await commit(ports, keep, person=person)


async def choose(ports: Ports, person: PersonAt, change: Callable[[Preferences], Preferences]) -> Preferences:
    """Let `change` make what is wanted of what was; as it is then. Refused when quiet hours begin where they end."""
    chosen: list[Preferences] = []

    async def keep(tx: Tx) -> Kept:
        wanted = change(await preferences.find(tx, person.id))
        if wanted.quiet is not None and wanted.quiet.start == wanted.quiet.end:
            message = "Quiet hours need a beginning and another end."
            raise Refused(Problem(ErrorCode.INVALID, message, ("input", "quietHours")))
        await preferences.keep(tx, person.id, wanted)
        await ledger.keep_hastened(tx, person.id, JobKind.PUSH)  # what waits looks again when it is to be told
        chosen.append(wanted)
        return Kept()

    await commit(ports, keep, person=person)
    return chosen[-1]
