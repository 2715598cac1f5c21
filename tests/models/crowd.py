"""Many people with a month each that is nobody else's, invented in the database: each month is another brief.

They are copies of a few changing lives, each with a tenth of its sessions left out and the feelings moved a little.
Asks no model and checks nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID, uuid5

import orjson

from app.domain.affect import SessionNumbers
from app.domain.periods import PeriodKind, month_of, previous
from app.jobs import PersonAt, monthly_narrative
from app.storage.history import numbers
from app.storage.jobs import ledger
from app.storage.store import Store
from app.wiring import Spectrum
from benchmarks.writing.lives import changing_life
from tests.life import JUNE, at, lived

MONTH = month_of(JUNE.date())
SPOKEN_GENTLY = 10
"""In one of so many Junes something was said that is to be spoken of gently; one of all needs an offer of support."""
_DAYS = 75
_MONTHS = 4
_TOLD = 20
"""Sessions of June that a life has at least, so that its month is told whichever tenth is left out."""
_COLUMNS = """
    SELECT string_agg(coalesce($2::jsonb->>attname, 's.' || quote_ident(attname)), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
"""
_MOVED = "greatest(-10000, least(10000, s.valence + hashtext(i.id || s.session_id::text) % 1500))"
_LEFT = "hashtext(s.session_id || i.id::text) % 10 <> 0"


async def crowd(spectrum: Spectrum, owner: Any, people: int, *, lives: int) -> list[PersonAt]:
    """Invent `people` after so many lives: their months are closed, and no word of them is written yet."""
    first = await lived(spectrum, owner, f"the first of {people}")
    ids = [uuid5(first, str(number)) for number in range(people)]
    models = [uuid5(first, f"life {number}") for number in range(lives)]
    for model, life in zip(models, _lives(), strict=False):
        async with spectrum.ports.store.for_person(model) as tx:
            for each in life:
                await numbers.keep(tx, model, each)
    alike = dict.fromkeys(ids, first)
    await _copy(owner, "person", alike, {"id": "i.id"})
    await _copy(owner, "period_aggregate", alike, {"person_id": "i.id"}, "s.kind = 'MONTH'")
    numbered = {"person_id": "i.id", "valence": _MOVED}
    await _copy(owner, "session_numbers", dict(zip(ids, cycle(models), strict=False)), numbered, _LEFT)
    await _mention(owner, first, ids[:1], "EXPLICIT")
    await _mention(owner, first, ids[1::SPOKEN_GENTLY], "MENTION")
    await _pack(spectrum.ports.store, ids)
    epoch = (await at(owner, first)).epoch
    return [PersonAt(person_id, epoch) for person_id in ids]


def _lives() -> Iterator[list[SessionNumbers]]:
    """Lives of whose June there is enough to tell, one after the other."""
    for seed in range(10_000):
        life = list(changing_life(Random(seed), days=_DAYS, last=MONTH.last))
        if sum(each.local_date in MONTH for each in life) >= _TOLD:
            yield life


async def _copy(
    owner: Any, table: str, after: Mapping[UUID, UUID], changed: Mapping[str, str], where: str = "true"
) -> None:
    """Give each of `after` the rows of whomever it names, with `changed` columns; the first of these is the key."""
    columns = await owner.fetchval(_COLUMNS, table, orjson.dumps(changed).decode())
    await owner.execute(
        f"INSERT INTO {table} SELECT {columns} FROM {table} s JOIN unnest($1::uuid[], $2::uuid[]) AS i(id, model)"
        f" ON s.{next(iter(changed))} = i.model WHERE {where}",
        list(after),
        list(after.values()),
    )


async def _mention(owner: Any, first: UUID, ids: Sequence[UUID], care: str) -> None:
    """Let these people have said in one session what asks for `care`."""
    session = await owner.fetchval(
        "SELECT id FROM session WHERE person_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY id LIMIT 1",
        *(first, MONTH.first, MONTH.last),
    )
    alike = dict.fromkeys(ids, first)
    await _copy(owner, "session", alike, {"person_id": "i.id"}, f"s.id = '{session}'")
    careful = {"person_id": "i.id", "care": f"'{care}'"}
    await _copy(owner, "sealed_text", alike, careful, f"s.session_id = '{session}'")


async def _pack(store: Store, ids: Sequence[UUID]) -> None:
    for person_id in ids:
        month = MONTH
        async with store.for_person(person_id) as tx:
            for _ in range(_MONTHS):
                await numbers.repack(tx, person_id, month)
                month = previous(PeriodKind.MONTH, month)


async def begin_again(owner: Any, *, allowed: int) -> None:
    """Forget every word, call and job, and let months cost `allowed` micro-dollars in a day and in a month."""
    await owner.execute("TRUNCATE budget_use, model_call, spending, safety_decision, job, writing, event")
    await owner.execute("UPDATE budget SET allowed = $1 WHERE feature = 'MONTHLY_NARRATIVE'", allowed)


async def ask_for_months(store: Store, people: Sequence[PersonAt], *, time: int = 1) -> None:
    """Ask for everybody's June, for the `time`-th time."""
    async with store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [monthly_narrative(person, MONTH.first, revision=-time) for person in people])
