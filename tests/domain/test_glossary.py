"""The glossary explains every pattern, feeling and measure, once, briefly, and without judging."""

from app.domain.affect import EMOTIONS, PATTERNS
from app.domain.glossary import GLOSSARY
from app.domain.measures import Metric

JUDGING = ("error", "wrong", "irrational", "disorder", "symptom", "bad", "because", "caused")


def test_everything_that_is_shown_is_explained() -> None:
    """One note for each enum value, in the order of the enums, and at most 60 in all."""
    assert [note.key for note in GLOSSARY] == [*PATTERNS, *EMOTIONS, *Metric]
    assert len(GLOSSARY) <= 60
    assert len({note.label for note in GLOSSARY}) == len(GLOSSARY)


def test_notes_are_short_plain_sentences() -> None:
    """At most 160 characters, a full stop at the end, and no word that judges or explains."""
    for note in GLOSSARY:
        assert note.label[0].isupper()
        assert 10 <= len(note.description) <= 160, note.key
        assert note.description.endswith("."), note.key
        assert not [word for word in JUDGING if word in note.description.lower().replace(".", "").split()], note.key
