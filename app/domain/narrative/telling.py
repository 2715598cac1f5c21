"""The sentences that cards and months share: where sessions sat, what came along, how a change shows in counts.

Orders nothing into a card or a section.
"""

from collections.abc import Iterator, Sequence

from app.domain.estimates.estimate import Direction
from app.domain.measures import Metric
from app.domain.narrative.brief import NAMED_OUTRIGHT, Fact
from app.domain.narrative.draft import Sentence
from app.domain.narrative.voice import Voice, number_of
from app.domain.pictures.plain_words import say_list

_SIDES = (("lighter", "landscape.on_lighter"), ("heavier", "landscape.on_heavier"), ("middle", "landscape.in_middle"))
_COUNTED = {
    (Metric.VALENCE, True): ("counts_up", "lighter"),
    (Metric.VALENCE, False): ("counts_down", "heavier"),
}


def side(fact: Fact) -> str:
    """Where most of the sessions of a fact sat: "lighter", "heavier" or "middle"; "mixed" for some of both."""
    name = fullest(fact)
    both = fact.get("lighter") and fact.get("heavier")
    return "mixed" if both and 2 * fact.get(name) <= _read(fact) else name


def fullest(fact: Fact) -> str:
    """The side that holds most sessions."""
    return max(("lighter", "heavier", "middle"), key=fact.get)


def beside(voice: Voice, key: str, fact: Fact, name: str) -> Sentence:
    """The sessions on the side called `name`, beside as many before."""
    slots = {"part": fact.get(name), "usual_part": fact.get(f"usual_{name}"), "where": voice.fill(f"where.{name}")}
    return voice.say(key, fact, **slots)


def others(voice: Voice, fact: Fact, told: str) -> str:
    """What sat elsewhere than on what is already `told` (a side, or "mixed": both); empty when nothing did."""
    done = ("lighter", "heavier") if told == "mixed" else (told,)
    rest = [voice.fill(key, {"n": fact.get(name)}) for name, key in _SIDES if name not in done and fact.get(name)]
    return say_list(rest) if rest else ""


def leaning(voice: Voice, topic: str, facts: Sequence[Fact]) -> Iterator[Sentence]:
    """How the sessions of a time of day or a weekday lie: a side only when it was found to stand out.

    The finding shows that by bringing all sessions along as its second fact.
    """
    fact, name = facts[0], lean(facts[0])
    if (name == "mixed" and _read(fact) == fact.get("count")) or len(facts) > 1:
        yield voice.say(f"{topic}.{name}", fact, parts=others(voice, fact, ""))


def companion(voice: Voice, fact: Fact) -> Iterator[Sentence]:
    """The feeling that came along with a pattern, when one did."""
    for name, count in fact.shown:
        if name.startswith("with:"):
            feeling = voice.noun(name.removeprefix("with:"))
            yield voice.say("pattern.along", fact, feeling=feeling, **{"with": count})


def named(fact: Fact) -> str:
    """Which wording a pattern needs: "named" or "may"."""
    return "named" if fact.subject in NAMED_OUTRIGHT else "may"


def change_key(fact: Fact) -> str:
    """The phrase of a change without its prefix: "pattern_up", "feeling_down", "valence_up"."""
    up = "up" if fact.direction is Direction.HIGHER else "down"
    names = {Metric.PATTERN_SHARE: "pattern", Metric.EMOTION_INTENSITY: "feeling", Metric.AROUSAL: "arousal"}
    return f"{names.get(fact.metric, 'valence')}_{up}"


def changed(voice: Voice, key: str, fact: Fact) -> Sentence:
    """That something is higher or lower than usual, by name."""
    if fact.metric is Metric.PATTERN_SHARE:
        showed_up = "showed up" if named(fact) == "named" else "may have shown up"
        return voice.say(key, fact, pattern=voice.noun(fact.subject or ""), showed_up=showed_up)
    if fact.metric is Metric.EMOTION_INTENSITY:
        return voice.say(key, fact, feeling=voice.noun(fact.subject or ""))
    return voice.say(key, fact)


def change_counts(voice: Voice, fact: Fact) -> Iterator[Sentence]:
    """The counts on both sides of a change; energy has none, see `counts_of`."""
    if fact.metric is Metric.AROUSAL:
        return
    key, name = _COUNTED.get((fact.metric, fact.direction is Direction.HIGHER), ("counts", "count"))
    yield voice.say(f"change.{key}", fact, count=fact.get(name), usual_count=fact.get(f"usual_{name}"))


def _read(fact: Fact) -> int:
    """How many of a fact's sessions could be read, and so lie on a side."""
    return sum(fact.get(name) for name, _ in _SIDES)


def lean(fact: Fact) -> str:
    """How the sessions of a fact lie: "lighter", "heavier" or "middle" from three quarters on, else "mixed"."""
    whole = _read(fact)
    for name, _ in _SIDES:
        if 4 * fact.get(name) >= 3 * whole:
            return name
    return "mixed"


def sizes(fact: Fact) -> dict[str, object]:
    """How many sessions and days a period holds, with their nouns."""
    return {
        "sessions_n": number_of(fact.get("sessions"), "session"),
        "days_n": number_of(fact.get("days"), "day"),
    }
