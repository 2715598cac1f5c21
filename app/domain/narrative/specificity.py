"""How much of a text says what only its brief supports, and how much could be said to anybody.

Judges no truth: a wrong number is as specific as a right one, and fails another check.
"""

import re
from collections.abc import Iterator

from app.domain.findings.finding import InsightKind
from app.domain.narrative.brief import Brief, Fact, Form, Manner
from app.domain.narrative.check_claims import is_open
from app.domain.narrative.check_direction import says_direction
from app.domain.narrative.check_grounding import subjects_in
from app.domain.narrative.check_numbers import integers_in, sides_named_in
from app.domain.narrative.draft import Draft, Sentence

WORDS_PER_ANCHOR = 8
"""How many words one count, name, side or direction can carry: more around it are padding."""
LEAST_SPECIFIC = 0.25
"""A counted headline may stand beside three times as many words that explain; not beside a page that fits anybody."""
LEAST_OF_QUESTION = 0.2
_SENTENCE_END = re.compile(r"(?<=[.?;])\s+")


def specific(draft: Draft, brief: Brief) -> str | None:
    """At least `LEAST_SPECIFIC` of what is stated rests on this brief, or what `least_for` asks instead."""
    found, least = specificity(draft, brief), least_for(brief)
    return None if found >= least else f"{found:.2f} of it is specific, less than {least:.2f}"


def least_for(brief: Brief) -> float:
    """The least specificity of a draft.

    An offer of support says nothing about anybody: 0. A card without enough data may only count sessions and ask:
    `LEAST_OF_QUESTION`.
    """
    if brief.manner is Manner.SUPPORT:
        return 0.0
    question = brief.form is Form.CARD and any(point.kind is InsightKind.QUESTION for point in brief.points)
    return LEAST_OF_QUESTION if question else LEAST_SPECIFIC


def specificity(draft: Draft, brief: Brief) -> float:
    """From 0 (fits anybody) to 1: the share of stated words that its counts, names, sides and directions carry.

    Open questions and offers state nothing, so that they count on neither side; nor do headings. Of a text that states
    nothing at all it is 0.
    """
    stated = carried = 0
    for text in draft.sentences():
        cited = tuple(fact for name in text.evidence if (fact := brief.fact(name)) is not None)
        for sentence in _SENTENCE_END.split(text.text):
            if sentence.endswith("?") or is_open(sentence):
                continue
            words = len(sentence.split())
            stated += words
            carried += min(words, WORDS_PER_ANCHOR * sum(1 for _ in anchors(Sentence(sentence), cited)))
    return carried / stated if stated else 0.0


def anchors(sentence: Sentence, cited: tuple[Fact, ...]) -> Iterator[str]:
    """What in a sentence ties it to the facts it cites: their integers and names, sides and directions."""
    if not cited:
        return
    text = sentence.text
    shown = {value for fact in cited for _, value in fact.shown}
    yield from (str(number) for number in sorted(integers_in(text) & shown))
    names = {fact.subject for fact in cited} | {name.removeprefix("with:") for fact in cited for name, _ in fact.shown}
    yield from sorted(subjects_in(text) & names)
    yield from sorted(sides_named_in(text))
    if says_direction(text) and any(fact.direction is not None or fact.get("sign") for fact in cited):
        yield "direction"
