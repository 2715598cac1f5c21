"""Both engines with their committed weights: the same every time, within their ranges, right where it is obvious."""

import subprocess
import sys

import pytest

from app.analyser import Analyser, Engine, PersonTurn, load_analyser
from app.domain.affect import EMOTIONS, PATTERNS, UNIT, CareLevel, Emotion, ThinkingPattern, TurnKind, Use

TEXTS = [
    "I finally passed my driving test and my whole family cheered!",
    "",
    "I should be over this by now. The soup was warm, and the cat slept on my lap.",
    "¿?!... 🙂",
    "Heute bin ich sehr müde und es ist alles zu viel für mich.",
    "My neighbour moved the bins.",
    "word " * 9_000,
]
GLAD = [
    "I'm so happy, today was wonderful and I love my friends.",
    "What a beautiful morning, I feel grateful and full of energy.",
    "We laughed all evening, it was the best birthday ever!",
    "I am proud of my daughter, she did great.",
]
LOW = [
    "I'm so sad, today was horrible and I cried for hours.",
    "What an awful morning, I feel sick, angry and alone.",
    "We fought all evening, it was the worst night ever.",
    "I am disappointed and ashamed, everything hurts.",
]


def turn(text: str, index: int = 0) -> PersonTurn:
    """Make a turn that opens a session."""
    return PersonTurn(index=index, kind=TurnKind.OPENING, text=text)


def test_equal_texts_give_equal_answers(analyser: Analyser) -> None:
    """Two loads of the weights and two calls give the same numbers to the last bit."""
    again = load_analyser(Engine(analyser.version.partition("-")[0]))
    assert analyser.analyse(TEXTS) == analyser.analyse(TEXTS) == again.analyse(TEXTS)


def test_alone_and_in_a_batch_are_the_same(analyser: Analyser) -> None:
    """What else is in the batch, and in which order, changes nothing."""
    alone = [analyser.analyse([text])[0] for text in TEXTS]
    assert analyser.analyse(TEXTS) == alone
    assert analyser.analyse(TEXTS[::-1]) == alone[::-1]
    assert analyser.analyse([]) == []


def test_numbers_stay_in_their_ranges(analyser: Analyser) -> None:
    """Emotions, patterns and confidence lie in 0..1, valence and arousal in -1..1, odd texts included."""
    for one in analyser.analyse(TEXTS + GLAD + LOW):
        assert len(one.emotions) == len(EMOTIONS)
        assert len(one.patterns) == len(PATTERNS)
        assert all(0.0 <= value <= 1.0 for value in (*one.emotions, *one.patterns, one.confidence))
        assert -1.0 <= one.valence <= 1.0
        assert -1.0 <= one.arousal <= 1.0


def test_glad_texts_read_glad_and_low_texts_low(analyser: Analyser) -> None:
    """The sign of the valence is right where nobody would doubt it, and every glad text is above every low one."""
    glad = [one.valence for one in analyser.analyse(GLAD)]
    low = [one.valence for one in analyser.analyse(LOW)]
    assert min(glad) > 0.1
    assert max(low) < -0.1


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Thank you so much, I love you all!", Emotion.WARMTH),
        ("I'm really sad that the old dog died.", Emotion.SADNESS),
        ("I am terrified, I was so scared of the storm.", Emotion.FEAR),
        ("I'm furious, I hate how rude he was.", Emotion.ANGER),
        ("I'm sorry, I feel so embarrassed.", Emotion.SHAME),
        ("Haha, that was hilarious and so much fun!", Emotion.JOY),
        ("I hope we make it, I wish you the best.", Emotion.HOPE),
        ("Wow, I am surprised, why would he do that?", Emotion.SURPRISE),
        ("The meeting is in the second room.", Emotion.NEUTRAL),
    ],
)
def test_plain_words_show_their_emotion(analyser: Analyser, text: str, emotion: Emotion) -> None:
    """Each of the nine emotions is present where it is said outright."""
    (one,) = analyser.analyse([text])
    assert emotion in one.emotions_present


def test_a_pattern_in_one_sentence_is_found_in_a_longer_text(analyser: Analyser) -> None:
    """Patterns are read per sentence and the highest counts, so that plain sentences around one do not hide it."""
    alone, within = analyser.analyse(
        [
            "I should be stronger than this.",
            "We had lunch by the river. I should be stronger than this. The bus was on time.",
        ]
    )
    place = PATTERNS.index(ThinkingPattern.SHOULD_STATEMENTS)
    assert ThinkingPattern.SHOULD_STATEMENTS in alone.patterns_present
    assert within.patterns[place] >= alone.patterns[place]


def test_a_session_weighs_its_turns_by_length(analyser: Analyser) -> None:
    """A long turn counts by its words; the session's numbers are whole, in 1/10,000, and name their analyser."""
    texts = [GLAD[0], " ".join(LOW)]
    first, second = analyser.analyse(texts)
    reading = analyser.read_session([turn(texts[0]), turn(texts[1], 2)])
    longer = (len(texts[1].split()) / (len(texts[0].split()) + len(texts[1].split()))) * (
        second.valence - first.valence
    )
    assert reading.use is Use.FULL
    assert reading.valence == pytest.approx((first.valence + longer) * UNIT, abs=1)
    assert [(one.index, one.valence) for one in reading.turns] == [
        (0, round(first.valence * UNIT)),
        (2, round(second.valence * UNIT)),
    ]
    assert reading.patterns == tuple(
        round(max(pair) * UNIT) for pair in zip(first.patterns, second.patterns, strict=True)
    )
    assert reading.analyser_version == analyser.version


def test_a_session_of_one_turn_is_that_turn(analyser: Analyser) -> None:
    """One turn gives the session its own numbers and its own present sets."""
    (one,) = analyser.analyse([GLAD[3]])
    reading = analyser.read_session([turn(GLAD[3])])
    assert reading.emotions == tuple(round(value * UNIT) for value in one.emotions)
    assert (reading.emotions_present, reading.patterns_present) == (one.emotions_present, one.patterns_present)


@pytest.mark.parametrize(
    "hard",
    [
        "I should be dead, I want to kill myself.",
        "Je suis très fatiguée et je ne sais pas pourquoi.",
        "今日はとても疲れました。",
    ],
)
def test_explicit_and_foreign_sessions_are_read_for_affect_only(analyser: Analyser, hard: str) -> None:
    """One such turn leaves the session without patterns and turns; its emotions are kept and no reason is stored."""
    reading = analyser.read_session([turn("I should be stronger than this."), turn(hard, 1)])
    assert reading.use is Use.AFFECT_ONLY
    assert reading.patterns == (0,) * len(PATTERNS)
    assert reading.patterns_present == frozenset()
    assert reading.turns == ()
    assert len(reading.emotions) == len(EMOTIONS)


def test_a_mention_leaves_the_session_whole(analyser: Analyser) -> None:
    """To speak of somebody else's death takes nothing away from the reading."""
    reading = analyser.read_session([turn("My uncle took his own life when I was small.")])
    assert reading.use is Use.FULL
    assert len(reading.turns) == 1


def test_many_short_foreign_turns_are_foreign_together(analyser: Analyser) -> None:
    """Turns too short to tell by themselves are told together."""
    texts = ["Muy bien.", "Todo mejor, gracias.", "Hoy nada."]
    assert analyser.read_session([turn(text, at) for at, text in enumerate(texts)]).use is Use.AFFECT_ONLY


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "Tired.",
        "meh",
        "Ugh, Monday!!",
        "Lisbon, Rome, Berlin.",
        "lol",
        "So so sad",
        "No.",
        "",
        "😀",
        "Café con Maria",
    ],
)
def test_short_english_is_not_taken_for_foreign(analyser: Analyser, text: str) -> None:
    """In doubt a text is English: a short entry never costs a person their patterns."""
    assert analyser.analyse([text])[0].english


def test_care_and_confidence_come_with_each_text(analyser: Analyser) -> None:
    """Each prediction carries its care level; nonsense and foreign words mean less confidence, no words none."""
    none, short, long, foreign, odd = analyser.analyse(
        ["", "Bad day", LOW[0] + " " + LOW[2], TEXTS[4], "zorble fnix quandled blipt grommel"]
    )
    assert none.confidence == 0.0
    assert min(short.confidence, long.confidence) > 0.4
    assert max(foreign.confidence, odd.confidence) < min(short.confidence, long.confidence) / 2
    assert analyser.analyse(["I want to die"])[0].care is CareLevel.EXPLICIT


def test_a_session_without_turns_is_refused(analyser: Analyser) -> None:
    """Nothing to read is an error that says so."""
    with pytest.raises(ValueError, match="at least one turn"):
        analyser.read_session([])


def test_the_repr_of_a_turn_hides_its_text() -> None:
    """A turn that reaches a log by accident shows no word of it."""
    assert "secret" not in repr(turn("my secret plan"))
    assert "secret" not in str(turn("my secret plan"))


def test_the_api_never_loads_numpy() -> None:
    """The room, its care check and its version cost the API process neither numpy nor onnxruntime."""
    code = (
        "import sys, app.analyser as a; a.care_level(['fine']); a.analyser_version(); a.PersonTurn; "
        "import app.analyser.taxonomy; sys.exit(bool({'numpy', 'onnxruntime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
