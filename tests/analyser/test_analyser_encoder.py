"""The default engine: the same bits every time, bounded work, refused when damaged, small enough to be kept here."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.analyser import Analyser, Engine, analyser_version, load_analyser
from app.analyser.encoder import LONGEST, Encoder
from app.analyser.engine import READ_CHARACTERS
from app.analyser.version import ENCODER_NETWORK, ENCODER_VOCABULARY, READING, WEIGHTS, files_of, version_of

TEXTS = [
    "We packed the boxes and nobody said much.",
    "",
    "I should have called her back, shouldn't I? Now it is too late. She will think I don't care!",
    "😢💔 ok",
    "naïve café, \u200bzero width, \x07 bell",
    "x" * 3_000,
    "I was late. " * 400,
]
GOLDEN = Path(__file__).with_name("golden.json")
GOLDEN_TEXTS = [
    "We won the cup and sang all the way home!",
    "I am not angry any more, just tired of it all.",
    "Missed you ❤️ see you on Sunday",
    "the bins go out on tuesday",
    "He left. I sat on the stairs. It was cold. " * 30,
    "Heute war ein langer Tag und ich bin sehr müde.",
]
TOLERANCE = 0.02
"""What another kind of CPU may make of the same weights."""


class Counting:
    """A model that counts what it is asked, in characters."""

    def __init__(self, model: Encoder) -> None:
        self.model = model
        self.version, self.thresholds = model.version, model.thresholds
        self.certainty, self.nameable = model.certainty, model.nameable
        self.characters = self.calls = 0
        self.texts: list[str] = []

    def knows(self, word: str) -> bool:
        """Ask the model."""
        return self.model.knows(word)

    def answers(self, text: str) -> list[float]:
        """Count, and ask the model."""
        self.characters += len(text)
        self.calls += 1
        self.texts.append(text)
        return self.model.answers(text)


def bits(analyser: Analyser, texts: list[str]) -> list[str]:
    """Every number of every text, written so that equal bits and only they are equal."""
    return [
        " ".join(
            value.hex() for value in (*one.emotions, *one.labels, *one.patterns, one.valence, one.arousal, one.balance)
        )
        for one in analyser.analyse(texts)
    ]


def test_bits_do_not_depend_on_batch_order_or_process(encoder: Analyser) -> None:
    """Alone, in a batch, in another order, after other texts and in a process of its own the answers are bit-equal."""
    alone = [bits(encoder, [text])[0] for text in TEXTS]
    assert bits(encoder, TEXTS) == alone
    assert bits(encoder, TEXTS[::-1]) == alone[::-1]
    code = (
        "import json, sys; from app.analyser import load_analyser; "
        "from tests.analyser.test_analyser_encoder import bits; "
        "json.dump(bits(load_analyser(), json.load(sys.stdin)), sys.stdout)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(TEXTS), capture_output=True, check=True, text=True
    )
    assert json.loads(other.stdout) == alone


def test_a_long_text_is_read_once(encoder: Analyser) -> None:
    """Beyond a paragraph the work grows with the length alone: every character is read once and none twice."""
    counting = Counting(Encoder(WEIGHTS))
    text = "The bus was late again and I walked home in the rain. " * 80
    (one,) = Analyser(counting).analyse([text])
    assert 0.98 * len(text) <= counting.characters <= len(text)
    assert one.valence == pytest.approx(encoder.analyse([text[:700]])[0].valence, abs=0.2)


def test_of_a_very_long_text_windows_are_read_from_end_to_end() -> None:
    """However long a text is, about as much of it is read, its beginning, its end and what lies between."""
    counting = Counting(Encoder(WEIGHTS))
    Analyser(counting).analyse([" ".join(f"Line {line} of a long night." for line in range(600))])
    assert 0.9 * READ_CHARACTERS <= counting.characters <= 1.1 * READ_CHARACTERS
    assert "Line 0 " in counting.texts[0]
    assert "Line 599 " in counting.texts[-1]
    assert any("Line 300 " in text or "Line 30" in text for text in counting.texts)


def test_what_is_read_is_bounded() -> None:
    """A text without blanks or of a hundred thousand characters is read up to the limit and no further."""
    counting = Counting(Encoder(WEIGHTS))
    Analyser(counting).analyse(["ab" * 50_000, "so " * 50_000, "no. " * 50_000])
    assert counting.characters <= 3 * 1.1 * READ_CHARACTERS


def test_many_short_sentences_cost_no_more_than_their_length() -> None:
    """A page of one-letter sentences is not read once for each of them."""
    counting = Counting(Encoder(WEIGHTS))
    Analyser(counting).analyse(["a. " * 260])
    assert counting.calls <= 6


def test_the_last_third_of_many_short_sentences_counts(encoder: Analyser) -> None:
    """However many sentences a long text has, its end is read too."""
    plain = "It was noon, I ate. " * 200
    calm, sad = encoder.analyse([plain * 2, plain + "I cried, I was so sad. " * 170])
    assert sad.valence < calm.valence - 0.2


def test_a_pattern_at_the_end_of_a_long_text_is_found(encoder: Analyser) -> None:
    """What is said on the last line of a long entry is read like what is said on the first."""
    plain = "We had lunch by the river and watched the boats. " * 30
    (quiet,) = encoder.analyse([plain])
    (loud,) = encoder.analyse([plain + "I am a complete failure and everybody knows it."])
    assert not quiet.patterns_present
    assert loud.patterns_present


def test_the_files_are_small_and_carry_their_licences() -> None:
    """At most 20 MB are committed, with the credits that the base model and the data ask for beside them."""
    assert sum(file.stat().st_size for file in files_of(Engine.ENCODER)) <= 20_000_000
    card = (WEIGHTS / "ENCODER_CARD.md").read_text(encoding="utf-8")
    for credit in ("Apache-2.0", "MiniLM", "CC BY-SA 4.0", "EmoBank", "CC BY 4.0", "GoEmotions", "MIT", "Lemotif"):
        assert credit in card


def test_the_version_is_that_of_both_files(tmp_path: Path) -> None:
    """Another byte in the network or in the vocabulary is another version."""
    for name in (ENCODER_NETWORK, ENCODER_VOCABULARY):
        shutil.copy(WEIGHTS / name, tmp_path)
    assert Encoder(tmp_path).version == analyser_version()
    with (tmp_path / ENCODER_VOCABULARY).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert Encoder(tmp_path).version != analyser_version()
    assert analyser_version().startswith("encoder-")
    assert version_of((tmp_path / ENCODER_NETWORK,)) != analyser_version()


@pytest.mark.parametrize("name", [ENCODER_NETWORK, ENCODER_VOCABULARY])
@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07\x12\x00" * 64, b'{"model": {}}'])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that is cut or another stops the load with a sentence, not with wrong numbers."""
    for each in (ENCODER_NETWORK, ENCODER_VOCABULARY):
        shutil.copy(WEIGHTS / each, tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"not a (network|vocabulary) of the encoder"):
        Encoder(tmp_path)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Nothing falls back: without its files the engine does not start."""
    with pytest.raises(OSError, match="encoder"):
        Encoder(tmp_path)


def test_a_run_of_pieces_is_cut_at_what_the_network_can_hold() -> None:
    """More pieces than there are places: what lies beyond is left out, and the answer is that of the beginning."""
    model = Encoder(WEIGHTS)
    filled = "a " * (LONGEST - 2)
    assert model.answers(filled + "furious " * 500) == model.answers(filled)


def test_the_way_of_reading_is_part_of_the_version() -> None:
    """Other windows or other names of emoji over the same weights are another version, once `READING` is raised."""
    files = files_of(Engine.ENCODER)
    assert version_of(files) == analyser_version() != version_of(files, reading=READING + 1)


def test_numbers_move_only_with_the_version(encoder: Analyser) -> None:
    """Answers that were written down under this version are still given; who changes them raises `READING`."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden["version"] == encoder.version, "run `python -m tests.analyser.test_analyser_encoder` after training"
    read = encoder.analyse(GOLDEN_TEXTS)
    for one, kept in zip(read, golden["valence, arousal, joy, confidence"], strict=True):
        assert [one.valence, one.arousal, one.emotions[0], one.confidence] == pytest.approx(kept, abs=TOLERANCE)


def write_golden() -> None:
    """Write the answers of the present version down."""
    read, version = load_analyser().analyse(GOLDEN_TEXTS), analyser_version()
    rows = [[one.valence, one.arousal, one.emotions[0], one.confidence] for one in read]
    answers = {"version": version, "valence, arousal, joy, confidence": [[round(v, 4) for v in row] for row in rows]}
    GOLDEN.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_golden()
