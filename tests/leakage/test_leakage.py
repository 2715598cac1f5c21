"""Through API, command line and workers no canary is found outside its sealed row; nor is there a way into that row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import ConfigurationError
from app.storage.history import sessions
from app.storage.sealed import CannotOpen, MasterKey, text_aad, unseal
from tests.faults.harness import World
from tests.leakage.canaries import FORMS, canary, found_in, in_raw, middle
from tests.leakage.leaving import ERASED, have_erased, in_a_shell, take_along
from tests.leakage.living import (
    SUBJECT,
    Told,
    ask_everything,
    bring_in,
    decide,
    go_wrong,
    measure,
    planted,
    programs,
    work_off,
)
from tests.leakage.places import everything_in_redis, everything_kept, everything_on_disk
from tests.life import who
from tests.stories.unzipping import Copy, taken

DAMAGED = 0
"""The session whose sealed body was cut; no more of it can be read."""
ASKED_FOR = 1
"""People of whom every field and id is asked for; the rest would only repeat it."""


@pytest.mark.parametrize(
    ("people", "each", "look_s"),
    [pytest.param(4, 8, 0.02, id="quick"), pytest.param(25, 40, 0.005, id="thousand", marks=pytest.mark.faults)],
)
async def test_no_word_leaves_its_sealed_row(world: World, people: int, each: int, look_s: float) -> None:
    """Canaries in every form are sealed, read, told about, refused, left out and erased: 0 hits anywhere else."""
    told = planted(people, each)
    async with programs(world, told, look_s=look_s) as (client, urls):
        await bring_in(world, client, told)
        await work_off(world)
        refused = await go_wrong(client, told)
        await _sealed_rows_stay_shut(world, told)
        _is_ones_own(await take_along(world, client, told), told, each, missing={DAMAGED})
        asked = await ask_everything(client, told, told.subjects[:ASKED_FOR])
        ids = await _ids_of(world, told)
        await decide(client, told)
        receipt = await have_erased(client, told)
        await work_off(world)
        _is_ones_own(await taken(client, told.subjects[0]), told, each, missing={DAMAGED, *ERASED})
        asked += await ask_everything(client, told, told.subjects[:1])
        commands = await in_a_shell(world, told, receipt)
        await measure(urls, told)
        places = await _places(world, told)
        nobody = _where_nobody_may_be_named(world, told, places)
    figures = {
        "sessions": len(told.sessions),
        "forms": len(FORMS),
        "refused": refused,
        "asked": asked,
        "commands": commands,
    }
    for name, count in (figures | {"places": len(places)}).items():
        world.note(name, count)
    world.note("MB searched", round(sum(map(len, places.values())) / 1e6, 1))
    assert told.model.count(b"POST ") > 0
    assert len(told.statements) > 10
    assert _hits(places, [middle(number) for number in range(len(told.sessions))]) == {}
    assert {place for place, content in nobody.items() for name in ids if name in content} == set()


async def _places(world: World, told: Told) -> dict[str, bytes]:
    async with world.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM writing") > 0, "words were written"
        assert await owner.fetchval("SELECT count(*) FROM tombstone") == 2, "two were erased"
        erased = {row["session_id"] for row in await owner.fetch("SELECT session_id FROM erased_session")}
        assert erased == {UUID(told.sessions[number]["sessionKey"]) for number in ERASED}
        await owner.execute("ANALYZE")
        await owner.execute("CHECKPOINT")
        kept = await everything_kept(owner)
    assert {"public.writing.brief", "public.job.attempts", "pg_stats"} <= set(kept)
    assert any(b"SESSION_ANALYSED" in each for each in told.published), "events were told"
    return {
        **kept,
        "redis": await everything_in_redis(world.servers.redis_url),
        "published": b"\n".join(told.published),
        "answers": bytes(told.answers),
        "answers to the team": bytes(told.team),
        "metrics": told.metrics,
        "pg_stat": b"\n".join(told.statements),
        "model": told.model,
        "logs of programs": world.log.read_bytes(),
        "command line": bytes(told.shell),
        "temporary files": b"\n".join(told.temporary),
        "journal of erasures": b"\n".join(path.read_bytes() for path in _journals(world)),
        **everything_on_disk(world.folder, world.place.home),
    }


def _journals(world: World) -> list[Path]:
    found = list((world.folder / "tombstones").iterdir())
    assert sum(len(path.read_bytes().splitlines()) for path in found) >= 3, "two people and some sessions were erased"
    return found


def _is_ones_own(copy: Copy, told: Told, each: int, *, missing: set[int]) -> None:
    """The first person's words are in their copy, but for what is missing, and in one file of it; nobody else's are."""
    middles = {middle(number): number for number in range(len(told.sessions))}
    words = copy.files.pop("words.jsonl")
    assert {middles[found] for found in found_in(words, middles) if found in middles} == set(range(each)) - missing
    assert found_in(b"\n".join(copy.files.values()), middles) == set()


def _hits(places: dict[str, bytes], middles: Sequence[str]) -> dict[str, set[Any]]:
    """What was found where; files are searched for the patterns of both ends, all else in every way."""
    files = {content: in_raw(content) for content in {places[name] for name in places if name.startswith("file ")}}
    found = {
        place: files[content] if place.startswith("file ") else found_in(content, middles)
        for place, content in places.items()
    }
    by_subject = {place for place, content in places.items() if SUBJECT.encode() in content}
    return {place: hits for place, hits in found.items() if hits} | {place: {SUBJECT} for place in by_subject}


async def _ids_of(world: World, told: Told) -> list[bytes]:
    """Everybody's id as it would be written."""
    async with world.opened() as spectrum:
        ids = [who(spectrum, subject) for subject in told.subjects]
    return [form for id_ in ids for form in (str(id_).encode(), id_.hex.encode(), id_.bytes)]


NAMELESS = (
    "redis",
    "answers to the team",
    "metrics",
    "model",
    "logs of programs",
    "command line",
    "temporary files",
    "journal of erasures",
    "file postgres.log",
    "file redis.log",
)
OF_NOBODY = ("audit", "erased_session", "pause", "reconciliation", "secret", "sla_miss", "tombstone")


def _where_nobody_may_be_named(world: World, told: Told, places: dict[str, bytes]) -> dict[str, bytes]:
    """The places in which not even a person's id may stand."""
    return {
        place: content
        for place, content in places.items()
        if place.startswith(NAMELESS) or place.startswith(tuple(f"public.{table}." for table in OF_NOBODY))
    }


async def _sealed_rows_stay_shut(world: World, told: Told) -> None:
    """Each row opens to its own canary with its own key and place, and in no other way at all."""
    async with world.opened() as spectrum:
        master, other_master = spectrum.ports.keyring.master, MasterKey(bytes(32))
        of_everybody = {subject: who(spectrum, subject) for subject in told.subjects}
        keys: dict[UUID, bytes] = {}
        for number, each in enumerate(told.sessions):
            person_id, session_id = of_everybody[each["subjectKey"]], UUID(each["sessionKey"])
            async with spectrum.ports.store.for_person(person_id) as tx:
                sealed = await sessions.find_sealed(tx, person_id, session_id)
            assert sealed is not None
            own = keys.setdefault(person_id, master.unwrap(f"person|{person_id}", sealed.wrapped_key))
            place = text_aad(person_id, session_id, sealed.epoch)
            if number:  # the first was damaged
                assert canary(number).encode() in unseal(own, sealed.body, place)
            with pytest.raises(ConfigurationError):
                other_master.unwrap(f"person|{person_id}", sealed.wrapped_key)
            wrong = [(key, place) for other, key in keys.items() if other != person_id]
            wrong += [(bytes(32), place), (own, b""), (own, text_aad(person_id, session_id, sealed.epoch + 1))]
            wrong += [(own, text_aad(uuid4(), session_id, sealed.epoch)), (own, text_aad(person_id, uuid4(), 0))]
            for key, aad in wrong:
                with pytest.raises(CannotOpen):
                    unseal(key, sealed.body, aad)
