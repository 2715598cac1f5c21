"""Whatever people do, in whichever order: the numbers are those of someone who did nothing but what is left of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.affect import Emotion, Source, ThinkingPattern
from app.domain.corrections import Correction
from app.domain.exclusions import ExclusionTarget
from app.domain.periods import Period
from app.domain.pictures.distribution import DistributionDimension, distribution
from app.domain.pictures.landscape import Granularity, landscape
from app.domain.pictures.preview import preview
from app.domain.pictures.turn_impact import TurnGrouping, turn_impact
from app.errors import Refused
from app.jobs import Queue
from app.pipeline import exclude, forget
from app.pipeline.correct import correct
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.pause import set_paused
from app.storage import people
from app.storage.forgetting.operations import ResetScope
from app.storage.history import exclusions, numbers
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.life import at, take, who
from workers.runner import Runner

SPRING = Period(date(2026, 3, 1), date(2026, 5, 31))
POOL = 9
FOREIGN = "Ich weiß nicht, wie es weitergehen soll, und schlafe seit Wochen schlecht, weil mich alles bedrückt."
GRAVE = "I want to end my life tonight."
Action = tuple[Any, ...]

_place = st.integers(0, POOL - 1)
_target = st.one_of(
    _place,
    st.builds(
        lambda day, days: ExclusionTarget(first=day, last=day + timedelta(days=days)),
        st.dates(date(2026, 3, 20), date(2026, 4, 20)),
        st.integers(0, 12),
    ),
    st.sampled_from(Source).map(lambda source: ExclusionTarget(source=source)),
)
_correction = st.builds(
    Correction,
    valence=st.none() | st.integers(-10_000, 10_000),
    emotions=st.none() | st.frozensets(st.sampled_from(Emotion), min_size=1, max_size=5),
    patterns=st.none() | st.frozensets(st.sampled_from(ThinkingPattern), max_size=3),
)
_action = st.one_of(
    st.tuples(st.just("take"), _place),  # often: again, a duplicate; in any order of days, so that many come late
    st.tuples(st.just("take"), _place),
    st.tuples(st.just("read")),
    st.tuples(st.just("leave out"), _target),
    st.tuples(st.just("put back"), st.integers(0, 4)),
    st.tuples(st.just("look first"), _target, st.none() | st.integers(0, 4)),
    st.tuples(st.just("correct"), _place, _correction),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("reset"), st.sampled_from(ResetScope)),
    st.tuples(st.just("erase"), st.frozensets(_place, min_size=1, max_size=2)),
)
_actions = st.lists(_action, min_size=5, max_size=25)


@dataclass
class Life:
    """Someone's sessions and wishes as they stand, kept by the simplest means there are."""

    pool: list[dict[str, Any]]
    taken: set[int] = field(default_factory=set)
    left_out: list[tuple[UUID, ExclusionTarget]] = field(default_factory=list)
    said: dict[int, Correction] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    forgets: bool = False

    def key(self, place: int) -> UUID:
        """The id of a session of the pool."""
        return UUID(self.pool[place]["sessionKey"])


def _pool(person: str) -> list[dict[str, Any]]:
    """Nine sessions of spring, across the end of a month and the change of the clocks."""
    start = datetime(2026, 3, 26, 5, 30, tzinfo=UTC)
    moments = [start + timedelta(days=place * 2, hours=place * 5) for place in range(POOL)]
    texts = [(HEAVY, LIGHT), (HEAVY,), (FOREIGN,), (LIGHT, HEAVY), (GRAVE, HEAVY)]
    return [
        session(person, moment, *texts[place % len(texts)], source=tuple(Source)[place % 2])
        for place, moment in enumerate(moments)
    ]


async def _do(spectrum: Spectrum, owner: Any, person: str, life: Life, action: Action) -> None:
    """Do one thing, for the service and for the life that is kept beside it."""
    name, *given_ = action
    if name == "take":
        await take(spectrum, life.pool[given_[0]])
        if not life.forgets and given_[0] not in life.erased:
            life.taken.add(given_[0])
        return
    if name == "erase":
        await _erase(spectrum, person, life, *given_)
        return
    if not await owner.fetchval("SELECT count(*) FROM person WHERE id = $1", who(spectrum, person)):
        return
    await _WISHES[name](spectrum, owner, person, life, *given_)


async def _read(spectrum: Spectrum, *_: Any) -> None:
    await Runner(spectrum.ports).work_off(Queue.SECONDS)


async def _leave_out(spectrum: Spectrum, owner: Any, person: str, life: Life, wanted: Any) -> None:
    if isinstance(wanted, int):
        if wanted not in life.taken:
            return
        wanted = ExclusionTarget(session_id=life.key(wanted))
    me = await at(owner, who(spectrum, person))
    (id_,) = await exclude.exclude(spectrum.ports, me, uuid4(), [wanted])
    life.left_out.append((id_, wanted))


async def _put_back(spectrum: Spectrum, owner: Any, person: str, life: Life, place: int) -> None:
    if place < len(life.left_out):
        id_, _ = life.left_out.pop(place)
        await exclude.put_back(spectrum.ports, await at(owner, who(spectrum, person)), uuid4(), [id_])


async def _look_first(spectrum: Spectrum, owner: Any, person: str, life: Life, wanted: Any, place: int | None) -> None:
    """Look at what leaving out and putting back would change; do it by the token; it is what was shown."""
    if isinstance(wanted, int):
        wanted = ExclusionTarget(session_id=life.key(wanted)) if wanted in life.taken else None
    removed = [life.left_out[place]] if place is not None and place < len(life.left_out) else []
    choice = exclude.Choice((wanted,) if wanted else (), tuple(id_ for id_, _ in removed))
    me = await at(owner, who(spectrum, person))
    async with spectrum.ports.store.for_person(me.id) as tx:
        head = await people.find_head(tx, me.id)
        known = await numbers.list_numbers(tx, me.id)
        assert head is not None
        foreseen = await exclude.foresee(tx, spectrum.ports, head, choice)
    seen = preview(known, foreseen.now, foreseen.then, SPRING)
    before = await _shown(spectrum, me.id)
    ids = await exclude.exclude_as_previewed(spectrum.ports, me, uuid4(), foreseen.token)
    after = await _shown(spectrum, me.id)
    by_day = tuple(Granularity).index(Granularity.DAY)
    assert (seen.before, seen.after) == (before[by_day], after[by_day])
    life.left_out = [each for each in life.left_out if each not in removed]
    if wanted:
        life.left_out.append((ids[0], wanted))


async def _correct(spectrum: Spectrum, owner: Any, person: str, life: Life, place: int, said: Correction) -> None:
    me = await at(owner, who(spectrum, person))
    try:
        await correct(spectrum.ports, me, life.key(place), lambda _: said)
    except Refused:  # not read yet, or it does not fit: nothing was said then
        return
    if life.key(place) in await _read_ids(owner, me.id):
        life.said[place] = said


async def _read_ids(owner: Any, person_id: UUID) -> set[UUID]:
    rows = await owner.fetch("SELECT session_id FROM session_numbers WHERE person_id = $1", person_id)
    return {row["session_id"] for row in rows}


async def _pause(spectrum: Spectrum, owner: Any, person: str, _: Life, paused: bool) -> None:
    await set_paused(spectrum.ports, await at(owner, who(spectrum, person)), paused=paused)


async def _reset(spectrum: Spectrum, owner: Any, person: str, life: Life, scope: ResetScope) -> None:
    await forget.request(spectrum.ports, await at(owner, who(spectrum, person)), scope, uuid4())
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    if scope is not ResetScope.DERIVED:
        life.taken, life.left_out, life.said = set(), [], {}
        life.forgets = scope is ResetScope.FORGET_HISTORY


async def _erase(spectrum: Spectrum, person: str, life: Life, places: frozenset[int]) -> None:
    """Let the app erase sessions, whether they came already or not: they stay out for good."""
    keys = [life.key(place) for place in places]
    erased = await forget_sessions(spectrum.ports, who(spectrum, person), keys, actor="app")
    assert erased == len(places & life.taken)
    life.erased |= places
    life.taken -= places
    life.left_out = [each for each in life.left_out if each[1].session_id not in keys]
    life.said = {place: said for place, said in life.said.items() if place not in places}


_WISHES: Mapping[str, Any] = {
    "read": _read,
    "leave out": _leave_out,
    "put back": _put_back,
    "look first": _look_first,
    "correct": _correct,
    "pause": _pause,
    "reset": _reset,
}


async def _shown(spectrum: Spectrum, person_id: UUID) -> list[Any]:
    """Every number of spring, out of what is kept."""
    async with spectrum.ports.store.for_person(person_id) as tx:
        known = await numbers.list_numbers(tx, person_id)
        targets = await exclusions.list_targets(tx, person_id)
    return [
        *(landscape(known, targets, SPRING, granularity=each) for each in Granularity),
        *(distribution(known, targets, SPRING, by=each) for each in DistributionDimension),
        *(turn_impact(known, targets, SPRING, group_by=each) for each in TurnGrouping),
    ]


async def _from_scratch(spectrum: Spectrum, owner: Any, person: str, life: Life) -> list[Any]:
    """The numbers of somebody new who did only what is left of that life, in the order of the calendar."""
    kept = [{**life.pool[place], "subjectKey": person} for place in sorted(life.taken)]
    if kept:
        await take(spectrum, *kept)
        await Runner(spectrum.ports).work_off(Queue.SECONDS)
    for place, said in life.said.items():
        await _correct(spectrum, owner, person, replace(life, said={}), place, said)
    if kept and life.left_out:
        targets = [target for _, target in life.left_out]
        await exclude.exclude(spectrum.ports, await at(owner, who(spectrum, person)), uuid4(), targets)
    return await _shown(spectrum, who(spectrum, person))


@given(actions=_actions)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
async def test_numbers_know_no_history(spectrum: Spectrum, owner: Any, actions: list[Action]) -> None:
    """After any actions the packed months fold to the same numbers as the same sessions and wishes from scratch."""
    person = f"someone-{uuid4()}"
    life = Life(_pool(person))
    for action in actions:
        await _do(spectrum, owner, person, life, action)
    if life.taken:
        await _pause(spectrum, owner, person, life, False)
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    shown = await _shown(spectrum, who(spectrum, person))
    assert shown == await _from_scratch(spectrum, owner, f"{person}-again", life)
