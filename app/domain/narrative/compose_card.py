"""The local composer of a weekly card: grounded text from the brief alone, with no model at all.

Decides the order of what is said; the words themselves are a prompt revision's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from app.domain.findings.sightings import UNWELCOME, WELCOME
from app.domain.narrative import telling
from app.domain.narrative.brief import Brief, Fact, Form, Point
from app.domain.narrative.draft import MOST_BODY, Draft, Sentence
from app.domain.narrative.voice import Voice

Facts = tuple[Fact, ...]
Writer = Callable[[Voice, Point, Facts], Iterator[Sentence]]
"""Yields the headline first, then the body."""


def compose_card(brief: Brief, voice: Voice) -> Draft:
    """The card of the brief's only point. KeyError when the phrases lack a key."""
    point = brief.points[0]
    facts = tuple(fact for name in point.facts if (fact := brief.fact(name)) is not None)
    headline, *body = WRITERS[point.topic](voice, point, facts)
    return Draft(Form.CARD, headline, body=tuple(body[: MOST_BODY - 1] + body[-1:] if len(body) > MOST_BODY else body))


def _pattern(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    fact = facts[0]
    yield voice.say(f"pattern.headline_{telling.named(fact)}", fact, pattern=voice.noun(point.subject))
    yield voice.say(f"about.{point.subject}")
    along = list(telling.companion(voice, fact))
    yield from along or [voice.say("pattern.common")]
    yield voice.ask(point.subject if voice.has(f"ask.{point.subject}") else "pattern")


def _change(voice: Voice, _: Point, facts: Facts) -> Iterator[Sentence]:
    fact = facts[0]
    yield telling.changed(voice, f"change.headline_{telling.change_key(fact)}", fact)
    yield from telling.change_counts(voice, fact)
    yield voice.say("change.sure", fact)
    yield voice.ask("change")


def _steady(voice: Voice, _: Point, facts: Facts) -> Iterator[Sentence]:
    yield voice.say("steady.headline", facts[0])
    yield telling.beside(voice, "steady.counts", facts[0], telling.fullest(facts[0]))
    yield voice.say("steady.close", facts[0])


def _milestone(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    name = "number" if point.subject.isdigit() else point.subject.replace("-", "_")
    yield voice.say(f"milestone.headline_{name}", facts[0], **telling.sizes(facts[0]))
    yield voice.say(f"milestone.body_{name}")
    if name == "number":
        yield voice.say("milestone.ask")


def _helped(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    yield voice.say(f"helped.headline_{point.subject}", facts[0])
    yield voice.say("helped.caveat")
    yield voice.ask("helped")


def _time(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    fact, lean = facts[0], telling.lean(facts[0])
    when, twice = voice.fill(f"when.{point.subject}"), 2 * fact.get("count")
    if twice >= fact.get("total"):
        crowd = "crowded" if fact.get("total") < twice < 2 * fact.get("total") else "other"
        yield voice.say(f"time.headline_{crowd}", fact, when=when)
        yield from telling.leaning(voice, "time", facts)
    else:
        yield voice.say(f"time.headline_{lean}", fact, when=when)
        yield voice.say("time.share", fact, when=when)
    yield voice.ask(f"time_{lean}" if len(facts) > 1 else "time")


def _landscape(voice: Voice, _: Point, facts: Facts) -> Iterator[Sentence]:
    fact, side = facts[0], telling.side(facts[0])
    yield voice.say(f"landscape.headline_{side}", fact)
    rest = telling.others(voice, fact, side)
    if rest:
        yield voice.say("landscape.rest", fact, rest=rest)
    yield voice.ask(f"landscape_{side if side in ('lighter', 'heavier') else 'mixed'}")


def _feeling(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    yield voice.say("feeling.headline", facts[0], feeling=voice.noun(point.subject))
    subject = point.subject
    along = [fact for fact in facts[1:3] if not (subject in WELCOME and fact.subject in UNWELCOME)]
    if along:
        pairs = list(zip(("second", "third"), along, strict=False))
        slots: dict[str, object] = {name: voice.noun(fact.subject or "") for name, fact in pairs}
        slots |= {f"{name}_count": fact.get("count") for name, fact in pairs}
        yield voice.say(f"feeling.along_{'one' if len(pairs) == 1 else 'two'}", *along, **slots)
    yield voice.ask(_question_about(subject, along))


def _question_about(feeling: str, along: Iterable[Fact]) -> str:
    """Which question follows: "which moment to keep" never asks about fear, nor "what was it asking for" about joy."""
    if feeling in WELCOME:
        return "welcome"
    return "unwelcome" if feeling in UNWELCOME and not any(f.subject in WELCOME for f in along) else "landscape_mixed"


def _question(voice: Voice, point: Point, facts: Facts) -> Iterator[Sentence]:
    name = point.subject.removesuffix("-again")
    wording = f"question.{name}_gentle" if voice.gentle else f"question.{name}"
    yield voice.say(wording, facts[0], **telling.sizes(facts[0]))
    yield voice.say(f"{wording}_body")
    yield voice.ask(name)


def _support(voice: Voice, _: Point, __: Facts) -> Iterator[Sentence]:
    yield voice.say("support.headline")
    yield voice.say("support.body")
    yield voice.say("support.close")


WRITERS: Mapping[str, Writer] = {
    "pattern": _pattern,
    "change": _change,
    "steady": _steady,
    "milestone": _milestone,
    "helped": _helped,
    "time": _time,
    "landscape": _landscape,
    "feeling": _feeling,
    "question": _question,
    "care": _support,
}
