"""What a model says over a brief: the composer's words as its own, and those words spoilt in many ways.

Checks nothing.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from app.domain.narrative import Brief, Form, brief_from_json, compose, draft_to_json
from prompts import first_revision
from tests.models.service import FAULTS, Reply, says

PROMPTS = {Form.CARD: "weekly-card", Form.MONTH: "monthly-narrative"}
_FLIPPED = {
    "higher": "lower", "lower": "higher", "lighter": "heavier", "heavier": "lighter", "more": "less", "less": "more",
    "up": "down", "down": "up", "stronger": "weaker", "weaker": "stronger", "above": "below", "below": "above",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+")


def brief_of(request: Mapping[str, Any]) -> Brief:
    """Give the brief that a request holds; what it says of an answer that was refused comes after it."""
    raw, _ = json.JSONDecoder().raw_decode(request["messages"][-1]["content"])
    return brief_from_json(raw)


def well(brief: Brief) -> dict[str, Any]:
    """Give what a good model would answer."""
    return draft_to_json(compose(brief, first_revision(PROMPTS[brief.form]).phrases))


def _texts(node: Any, change: Callable[[str], str]) -> Any:
    """The same answer with every text changed; ids of evidence and kinds of sections stay."""
    if isinstance(node, list):
        return [_texts(item, change) for item in node]
    if isinstance(node, dict):
        return {
            key: change(value) if key in ("text", "heading") else _texts(value, change) for key, value in node.items()
        }
    return node


def _flip(word: re.Match[str]) -> str:
    flipped = _FLIPPED.get(word[0].lower(), word[0])
    return flipped.capitalize() if word[0][0].isupper() else flipped


def _adding(sentence: str) -> Callable[[Brief], Any]:
    return lambda brief: _texts(well(brief), lambda text: f"{text.rstrip('.?')}. {sentence}")


SPOILT: Mapping[str, Callable[[Brief], Any]] = {
    "wrong JSON": lambda _: {"headline": 1, "sentences": {}},
    "wrong evidence": lambda brief: orjson.loads(re.sub(rb'"e(\d+)"', rb'"e9\1"', orjson.dumps(well(brief)))),
    "invented numbers": lambda brief: _texts(
        well(brief), lambda text: _NUMBER.sub(lambda found: str(int(found[0]) + 3), text)
    ),
    "flipped directions": lambda brief: _texts(well(brief), lambda text: _WORD.sub(_flip, text)),
    "diagnoses": _adding("That may be a sign of depression."),
    "URLs": _adding("More is at www.example.org/help."),
    "instructions": _adding("You should stop taking your medication."),
}
"""What is wrong with words that a model says in good form."""


def speaks(how: Callable[[Brief], Any] = well) -> Reply:
    """Answer each request by what `how` makes of its brief."""
    return says(lambda request: orjson.dumps(how(brief_of(request))).decode(), read=900, written=300)


BEHAVIOURS: Mapping[str, Reply] = {
    "well": speaks(),
    **FAULTS,
    **{name: speaks(how) for name, how in SPOILT.items()},
}
"""Every way in which a model may answer."""
