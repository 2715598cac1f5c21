"""The rubric of what is written, weekly cards and months alike: what a scorer reads before scoring.

A changed sentence is a new revision, since scores of different rubrics are never compared.
"""

from types import MappingProxyType

from app.domain.rubric.rubric import Criterion, Rubric


def _criterion(
    key: str, description: str, anchors: tuple[str, str, str], *, weight: int, floor: int | None = None
) -> Criterion:
    places = MappingProxyType(dict(zip((1, 3, 5), anchors, strict=True)))
    return Criterion(key, key.capitalize(), description, places, weight, floor)


WRITING = Rubric(
    name="writing",
    revision=1,
    pass_mark=3.5,
    criteria=(
        _criterion(
            "grounded",
            "Everything that is stated can be found in the brief, and nothing more is read into it.",
            (
                "A number, direction, feeling or pattern is not in the brief, or a cause is claimed.",
                "All numbers are right, but one sentence says a little more than they do.",
                "Every statement is in the brief, cites it, and is said no surer than it is.",
            ),
            weight=3,
            floor=3,
        ),
        _criterion(
            "specific",
            "It is about this person's week or month, and would not fit somebody else's.",
            (
                "It could be sent to anybody: general truths, consolation, a horoscope.",
                "One count or name is this person's own, with general sentences around it.",
                "Nearly every statement has a count, a name, a time or a side of this brief in it.",
            ),
            weight=2,
        ),
        _criterion(
            "kind",
            "It speaks as a good friend would: no blame, no orders, no clinic, no pressure to keep going.",
            (
                "It blames, orders, diagnoses, alarms or counts what was not done.",
                "Nothing hurts, but it is cold, or it praises and so judges.",
                "It is warm without praise, leaves the reader free, and ends gently.",
            ),
            weight=3,
            floor=3,
        ),
        _criterion(
            "useful",
            "The reader can do something with it: see more, ask themselves something, take a small step if they like.",
            (
                "A number without meaning, or advice that nobody asked for.",
                "A clear picture, but nothing to take along.",
                "A clear picture in counts, what went along with it, and an open question or offer that fits.",
            ),
            weight=1,
        ),
        _criterion(
            "plain",
            "It is easy to read: short sentences, everyday words, said once.",
            (
                "Jargon, long sentences, markup, or words about how the text was made.",
                "Understood at once, but stiff: long words, or sentences that all begin alike.",
                "Short, everyday words in sentences that differ; it could be read aloud.",
            ),
            weight=1,
        ),
    ),
)
"""For both prompts. Grounded and kind have floors: no charm makes up for a wrong number or a hurt."""
