"""The local composer of a month: sections in reading order, each paragraph from the facts it cites.

Leaves out a section that has nothing true to say. The words themselves are a prompt revision's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from app.domain.estimates.estimate import Direction
from app.domain.narrative import telling
from app.domain.narrative.brief import SECTION_OF_TOPIC, Brief, Fact, Form, Manner, Point, SectionKind
from app.domain.narrative.draft import Draft, Section, Sentence
from app.domain.narrative.voice import Voice, together

Facts = tuple[Fact, ...]
Writer = Callable[[Voice, Point, Facts, bool], Iterator[Sentence]]
"""Yields the sentences of one paragraph; the flag says whether its topic comes for the first time."""


def compose_month(brief: Brief, voice: Voice) -> Draft:
    """The month of a brief. KeyError when the phrases lack a key."""
    month = voice.phrases["month.name"][brief.period.first.month - 1]
    if brief.manner is Manner.SUPPORT:
        return _supporting(voice, month)
    count = brief.facts[0]
    sizes = telling.sizes(count)
    title = voice.say("title.month", count, month=month, **sizes)
    sections = []
    for kind, points in groupby(brief.points, key=lambda point: SECTION_OF_TOPIC[point.topic]):
        paragraphs = tuple(_paragraphs(voice, brief, month, tuple(points)))
        gentle = f"heading.{kind}_gentle"
        heading = gentle if voice.gentle and voice.has(gentle) else f"heading.{kind}"
        sections.append(Section(kind, voice.fill(heading), paragraphs))
    return Draft(Form.MONTH, title, sections=tuple(sections))


def _supporting(voice: Voice, month: str) -> Draft:
    section = Section(
        SectionKind.LOOKING_AHEAD,
        voice.fill("heading.support"),
        (voice.say("support.body"), voice.say("support.close")),
    )
    return Draft(Form.MONTH, voice.say("title.support", month=month), sections=(section,))


def _paragraphs(voice: Voice, brief: Brief, month: str, points: Sequence[Point]) -> Iterator[Sentence]:
    topics: set[str] = set()
    for point in points:
        facts = tuple(fact for name in point.facts if (fact := brief.fact(name)) is not None)
        if point.topic == "overview":
            yield from _overview(voice, month, facts)
        else:
            yield together(WRITERS[point.topic](voice, point, facts, point.topic not in topics))
        topics.add(point.topic)
    if "helped" in topics:
        yield voice.say("helped.caveat")


def _overview(voice: Voice, month: str, facts: Facts) -> Iterator[Sentence]:
    count, sources = facts[0], facts[1:]
    yield voice.say("overview.count", count, month=month, **telling.sizes(count))
    if sources:
        key = ("source_one", "source_two", "source_three")[len(sources) - 1]
        names = ("source", "second", "third")
        slots: dict[str, object] = {
            name: voice.noun(fact.subject or "") for name, fact in zip(names, sources, strict=False)
        }
        slots |= {f"{name}_count": f.get("count") for name, f in zip(names, sources, strict=False)}
        yield voice.say(f"overview.{key}", *sources, **slots)
    yield voice.say("overview.caveat")


def _landscape(voice: Voice, _: Point, facts: Facts, __: bool) -> Iterator[Sentence]:
    fact, side = facts[0], telling.side(facts[0])
    yield voice.say(f"landscape.{side}", fact)
    rest = telling.others(voice, fact, side)
    if rest:
        yield voice.say("landscape.rest", fact, rest=rest)


def _feeling(voice: Voice, point: Point, facts: Facts, _: bool) -> Iterator[Sentence]:
    pairs = list(zip(("second", "third"), facts[1:3], strict=False))
    slots: dict[str, object] = {name: voice.noun(fact.subject or "") for name, fact in pairs}
    slots |= {f"{name}_count": fact.get("count") for name, fact in pairs}
    key = ("alone", "along_one", "along_two")[len(pairs)]
    yield voice.say(f"feeling.{key}", *facts[:3], feeling=voice.noun(point.subject), **slots)


def _pattern(voice: Voice, point: Point, facts: Facts, first: bool) -> Iterator[Sentence]:
    fact = facts[0]
    place = "first" if first else "next"
    yield voice.say(f"pattern.{place}_{telling.named(fact)}", fact, pattern=voice.noun(point.subject))
    yield voice.say(f"about.{point.subject}")
    yield from telling.companion(voice, fact)


def _time(voice: Voice, point: Point, facts: Facts, _: bool) -> Iterator[Sentence]:
    fact, when = facts[0], voice.fill(f"when.{point.subject}")
    crowded = fact.get("total") < 2 * fact.get("count") < 2 * fact.get("total")
    yield voice.say("time.crowded" if crowded else "time.share", fact, when=when)
    yield from telling.leaning(voice, "time", facts)


def _weekday(voice: Voice, point: Point, facts: Facts, _: bool) -> Iterator[Sentence]:
    yield voice.say("weekday.share", facts[0], when=voice.fill(f"when.{point.subject}"))
    yield from telling.leaning(voice, "weekday", facts)


def _helped(voice: Voice, point: Point, facts: Facts, _: bool) -> Iterator[Sentence]:
    yield voice.say(f"helped.{point.subject}", facts[0])


def _change(voice: Voice, _: Point, facts: Facts, first: bool) -> Iterator[Sentence]:
    fact = facts[0]
    yield telling.changed(voice, f"change.{telling.change_key(fact)}", fact)
    yield from telling.change_counts(voice, fact)
    if first:
        yield voice.say("change.sure", fact)


def _compared(voice: Voice, point: Point, facts: Facts, _: bool) -> Iterator[Sentence]:
    yield telling.beside(voice, f"{point.topic}.text", facts[0], telling.fullest(facts[0]))


def _previous(voice: Voice, _: Point, facts: Facts, __: bool) -> Iterator[Sentence]:
    fact = facts[0]
    sides = {Direction.HIGHER: ("up", "lighter"), Direction.LOWER: ("down", "heavier")}
    key, name = sides.get(fact.direction or Direction.SIMILAR, ("similar", telling.fullest(fact)))
    yield telling.beside(voice, f"previous.{key}", fact, name)


def _ahead(voice: Voice, point: Point, _: Facts, __: bool) -> Iterator[Sentence]:
    yield voice.ask("ahead")
    if point.suggestion is not None:
        yield voice.say(f"ahead.{point.suggestion}")


WRITERS: Mapping[str, Writer] = {
    "landscape": _landscape,
    "feeling": _feeling,
    "pattern": _pattern,
    "time": _time,
    "weekday": _weekday,
    "helped": _helped,
    "change": _change,
    "steady": _compared,
    "unsettled": _compared,
    "previous": _previous,
    "ahead": _ahead,
}
