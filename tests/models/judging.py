"""A second opinion on what is shown, that shares no rule with the product's checks: it compares, counts and looks up.

Knows what `saying` makes models say; writes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from app.domain.narrative import brief_from_json, check, compose, draft_to_json
from prompts import Revision
from tests.models.saying import well

PLANTED = ("depression", "www.", "example.org", "medication", "hello", "sk-secret", "aaaaaaaa")
"""What the models of `saying` and `service` say that nobody may read."""
_NUMBER = re.compile(r"\d+")
_SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELLED_OUT = re.compile(rf"\b(?:{'|'.join(_SPELLED[1:])})\b", re.IGNORECASE)


def objections_to(row: Mapping[str, Any], revision: Revision) -> list[str]:
    """What is wrong with a published month, in short; nothing when all is well."""
    raw, content = orjson.loads(row["brief"]), orjson.loads(row["content"])
    brief, answer = brief_from_json(raw), None if row["answer"] is None else orjson.loads(row["answer"])
    composed = draft_to_json(compose(brief, revision.phrases, seed=row["seed"]))
    made = composed if answer is None else answer
    report = check(made, brief, fixed=revision.sayings)
    found = [f"check {name}: {reason}" for name, reason in report.failed]
    shown = list(_shown(content))
    known = [[_plain(fact, fact["subject"]) for fact in raw["facts"] if fact["id"] in ids] for _, ids in _said(made)]
    if [text for text, _ in shown] != [text for text, _ in _said(made)]:
        found.append("other words are shown than were checked")
    if [[_plain(each, each["subject"]) for each in evidence] for _, evidence in shown] != known:
        found.append("other evidence is shown than was cited")
    if not _alike(made, composed) and not _alike(made, well(brief)):
        found.append("the words are neither the composer's nor the good ones")
    for text, evidence in (*shown, *_headings(content)):
        found += [f"{number} is not in its evidence" for number in _numbers(text) - _integers(evidence, raw)]
        found += [f"{planted} is shown" for planted in PLANTED if planted in text.lower()]
    return found


def _alike(one: Any, other: Any) -> bool:
    return bool(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS))


def _said(answer: Any) -> list[tuple[str, list[str]]]:
    paragraphs = (paragraph for section in answer["sections"] for paragraph in section["paragraphs"])
    return [(each["text"], each["evidence"]) for each in (answer["title"], *paragraphs)]


def _shown(content: Any) -> Iterator[tuple[str, list[Any]]]:
    yield content["title"]["text"], content["title"]["evidence"]
    for section in content["sections"]:
        for paragraph in section["paragraphs"]:
            yield paragraph["text"], paragraph["evidence"]


def _headings(content: Any) -> Iterator[tuple[str, list[Any]]]:
    for section in content["sections"]:
        yield section["heading"], [each for paragraph in section["paragraphs"] for each in paragraph["evidence"]]


def _plain(evidence: Any, subject: object) -> tuple[object, ...]:
    return evidence["metric"], subject, tuple(sorted(evidence["shown"].items()))


def _numbers(text: str) -> set[int]:
    spelled = {_SPELLED.index(word.lower()) + 1 for word in _SPELLED_OUT.findall(text)}
    return {int(number) for number in _NUMBER.findall(text)} | spelled


def _integers(evidence: list[Any], brief: Any) -> set[int]:
    """What a sentence may show: the integers of its evidence, the weeks of one's usual, and the year it is."""
    shown = {abs(number) for each in evidence for number in each["shown"].values()}
    weeks = {12 for each in evidence if each["comparison"] is not None}
    return shown | weeks | {int(brief["period"]["first"][:4])}
