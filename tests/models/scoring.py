"""A model that scores texts. Checks nothing."""

from collections.abc import Mapping
from typing import Any

import orjson

from app.domain.rubric import WRITING
from tests.models.service import Reply, says

FOUR = dict.fromkeys(WRITING.keys(), 4)
GARBAGE: Mapping[str, str] = {
    "no JSON": "These are fine words.",
    "one is missing": orjson.dumps(dict.fromkeys(WRITING.keys()[1:], 4)).decode(),
    "one is out of range": orjson.dumps({**FOUR, "kind": 6}).decode(),
    "one is no number": orjson.dumps({**FOUR, "kind": "5"}).decode(),
    "more than was asked": orjson.dumps({**FOUR, "charming": 5}).decode(),
}
"""Answers that are no scores."""


def scores(marks: Mapping[str, int] = FOUR) -> Reply:
    """Answer each request by these scores."""
    return says(orjson.dumps(dict(marks)).decode(), read=1_000, written=20)


def shown(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a request lets the model see of a text."""
    content: Mapping[str, Any] = orjson.loads(request["messages"][-1]["content"])
    return content
