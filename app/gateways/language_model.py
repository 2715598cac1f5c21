"""The writer of words behind one port: a brief and a prompt revision go in, a draft comes out, unchecked.

The local composer is the writer that needs no model; it sees what any other writer would see.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.narrative import Brief, compose
from prompts import Revision


class Engine(StrEnum):
    """What wrote a text."""

    TEMPLATE = "TEMPLATE"
    SMALL_MODEL = "SMALL_MODEL"
    LARGE_MODEL = "LARGE_MODEL"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a writer answered: a Draft or a model's parsed JSON. Trust it only once its checks passed."""

    draft: object
    engine: Engine


class LanguageModel(Protocol):
    """Writes from typed aggregates only: there is no way to hand it a person's words."""

    async def write(self, brief: Brief, revision: Revision) -> Answer:
        """The draft that `revision` asks for over `brief`."""
        ...


class Composer:
    """Writes with the revision's own phrases: deterministic, free, always there."""

    async def write(self, brief: Brief, revision: Revision) -> Answer:
        return Answer(compose(brief, revision.phrases), Engine.TEMPLATE)
