"""Sets of emotions and of patterns as one small integer, a bit for each place in their fixed order."""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from app.domain.affect import EMOTIONS, PATTERNS, Emotion, ThinkingPattern

_Name = TypeVar("_Name")


def mask_of(present: frozenset[_Name], order: Sequence[_Name]) -> int:
    """The bits of those of `order` that are `present`."""
    return sum(1 << place for place, name in enumerate(order) if name in present)


@cache
def emotions_of(mask: int) -> frozenset[Emotion]:
    """The emotions whose bit is set."""
    return frozenset(name for place, name in enumerate(EMOTIONS) if mask >> place & 1)


@cache
def patterns_of(mask: int) -> frozenset[ThinkingPattern]:
    """The patterns whose bit is set."""
    return frozenset(name for place, name in enumerate(PATTERNS) if mask >> place & 1)
