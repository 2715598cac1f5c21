"""Two people with rows in every store, and whether something of one can be read out of an answer. Checks nothing."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.domain.exclusions import ExclusionTarget
from app.domain.periods import Period
from app.jobs import PersonAt, monthly_narrative
from app.pipeline import exclude, forget
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.life import JUNE, PERSONAL, at, furnish, lived, say_how_it_was, work_off

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class Somebody:
    """A person with rows in every store, and every UUID that stands in one of these rows, by table."""

    subject: str
    at: PersonAt
    ids: dict[str, tuple[UUID, ...]]

    @property
    def all_ids(self) -> frozenset[UUID]:
        """All of them, and the person's own."""
        return frozenset(id_ for ids in self.ids.values() for id_ in ids) | {self.at.id}

    def first(self, table: str) -> UUID:
        """The id of one of the rows of `table`."""
        return self.ids[table][0]


async def furnished(spectrum: Spectrum, owner: Any, subject: str, *, apart: timedelta = timedelta(0)) -> Somebody:
    """Give a person with five weeks, words, a receipt, an exclusion, a correction, and work that waits."""
    person_id = await lived(spectrum, owner, subject, weeks=5, first=JUNE + apart)
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.DERIVED, uuid4())
    await work_off(spectrum, owner)
    person = await at(owner, person_id)
    await say_how_it_was(spectrum, person)
    await furnish(spectrum, person)
    day = (JUNE + apart).date()
    await exclude.exclude(spectrum.ports, person, uuid4(), [ExclusionTarget(first=day, last=day)])
    await work_off(spectrum, owner)
    async with spectrum.ports.store.for_person(person_id) as tx:
        waiting = replace(monthly_narrative(person, JUNE.date(), revision=-1), delay_s=86_400.0)
        await ledger.keep_jobs(tx, [waiting])
    return Somebody(subject, person, await _ids_of(owner, person_id))


async def _ids_of(owner: Any, person_id: UUID) -> dict[str, tuple[UUID, ...]]:
    found = {}
    for table in await owner.fetch(PERSONAL):
        name, key = table["name"], table["key"]
        column = "session_id" if name in ("sealed_text", "session_numbers", "correction") else "id"
        column = {
            "idempotency_key": "key",
            "feedback": "writing_id",
            "blind_judgement": "pair_id",
            "period_aggregate": "person_id",
            "rubric_score": "person_id",
            "shadow_text": "person_id",
            "packed_month": "person_id",
            "assignment": "person_id",
            "push": "person_id",
        }.get(name, column)
        rows = await owner.fetch(f"SELECT {column} AS id FROM {name} WHERE {key} = $1 ORDER BY 1", person_id)
        found[name] = tuple(row["id"] for row in rows)
    return found


def revealed(answer: object) -> Iterator[UUID]:
    """Every UUID that stands in an answer as text, or inside one of its opaque ids and cursors."""
    text = repr(answer)
    for opaque in _BASE64.findall(text):
        try:
            text += " " + base64.urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)).decode(errors="ignore")
        except (binascii.Error, ValueError):
            continue
    yield from map(UUID, _UUID.findall(text))


WHOLE_JUNE = Period(JUNE.date(), JUNE.date() + timedelta(days=34))
"""All days of both people."""
