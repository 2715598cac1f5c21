"""Short sentences made by grammar: feelings said outright, denied, strengthened; and people said to be what they are.

They teach what no corpus here teaches well: that "not" turns a feeling round, that "very" is more than "a little", and
that what or who somebody is says nothing of how they feel. The words of `tests/analyser` that hold this are others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.analyser.identity import IDENTITY_WORDS

_GLAD = {
    "happy": "joy", "glad": "joy", "joyful": "joy", "delighted": "joy", "amused": "amusement", "excited": "excitement",
    "eager": "excitement", "proud": "pride", "hopeful": "optimism", "confident": "optimism", "relieved": "relief",
    "grateful": "gratitude", "thankful": "gratitude", "loved": "love", "touched": "love", "content": "joy", "calm": "",
    "peaceful": "", "rested": "", "at ease": "", "pleased": "joy", "cared for": "caring",
}  # fmt: skip
_LOW = {
    "sad": "sadness", "unhappy": "sadness", "miserable": "sadness", "down": "sadness", "lonely": "sadness",
    "hopeless": "sadness", "hurt": "sadness", "heartbroken": "grief", "disappointed": "disappointment",
    "let down": "disappointment", "angry": "anger", "cross": "anger", "mad": "anger", "annoyed": "annoyance",
    "irritated": "annoyance", "frustrated": "annoyance", "disgusted": "disgust", "afraid": "fear", "scared": "fear",
    "frightened": "fear", "anxious": "nervousness", "nervous": "nervousness", "worried": "nervousness",
    "ashamed": "embarrassment", "embarrassed": "embarrassment", "guilty": "remorse", "sorry": "remorse",
    "exhausted": "", "stressed": "", "jealous": "", "bored": "", "overwhelmed": "",
}  # fmt: skip
"""Words for a feeling, with the label of the 28 that says the same, if one does."""

_STRENGTHS = {
    "{}": 0.7, "a bit {}": 0.4, "a little {}": 0.4, "slightly {}": 0.35, "somewhat {}": 0.45, "quite {}": 0.7,
    "rather {}": 0.65, "very {}": 0.85, "really {}": 0.85, "so {}": 0.88, "so so {}": 0.92, "extremely {}": 1.0,
    "incredibly {}": 1.0, "deeply {}": 0.95,
}  # fmt: skip
_DENIALS = {
    "not {}": -0.4, "not {} at all": -0.45, "not at all {}": -0.45, "not very {}": -0.25, "not really {}": -0.3,
    "not even {}": -0.3, "no longer {}": -0.4, "not {} any more": -0.4, "never {}": -0.4, "hardly {}": -0.3,
    "not {} today": -0.35, "not feeling {}": -0.4,
}  # fmt: skip
"""How glad or low each form of a word is, as a share of the whole scale; below 0 it has turned round."""

_FRAMES = (
    "I am {}.", "I'm {}", "I feel {}.", "I felt {} this morning.", "i was {}", "I have been {} all week.",
    "Today I am {}.", "Feeling {}.", "Last night I was {}.", "She was {}.", "He is {}.", "{name} was {} about it.",
    "We were {}.", "They are {}.", "I was {} when {name} called.", "After the meeting I was {}.", "Right now I am {}!",
)  # fmt: skip
_DENIED_FRAMES = (
    "I don't feel {}.", "I do not feel {} at all.", "I didn't feel {} today.", "I wasn't {}.",
    "I am not {}, not at all.", "He isn't {}.", "I can't say I am {}.", "{name} isn't {} about it.",
    "I don't think I was {}.",
)  # fmt: skip
_WHO = (
    "I am {}.", "My neighbour is {}.", "I was born {}.", "{name} is {}.", "My teacher at school was {}.",
    "As someone {}, I went to the shop.", "Our doctor is {} and works on Tuesdays.",
    "I'm {} and I live in a small town.",
)  # fmt: skip
_NAMES = """
Anna Ben Carlos Dina Emeka Fatima Giulia Hassan Ingrid Jamal Keisha Lakshmi Mei Noah Olga Pedro Qing Rosa Samir
Tyrone Uma Viktor Wanjiru Xavier Yusuf Zofia Aaliyah Bogdan Chloe Darnell Elena Femi Gustavo Hiroshi Imani Jack
Karim Latoya Maria Nguyen Oluwaseun Priya Rahul Shanice Tomas Emily Mohammed DeShawn Sarah Connor Juan Aisha Greg
Molly
"""
NAMES = tuple(_NAMES.split())
"""First names of many places, put where a corpus has a placeholder, so that no name comes to mean anything."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, its valence (-1..1) and the label of the 28 that it shows (or denies); an identity shows none."""

    text: str
    valence: float
    label: str
    denied: bool = False
    identity: bool = False


def phrases(seed: int, *, each: int) -> list[Phrase]:
    """For each feeling `each` sentences of either kind, and the sentences of identity; the same for equal `seed`."""
    random = Random(seed)
    return [*_feelings(random, each), *_identities(random)]


def _feelings(random: Random, each: int) -> Iterator[Phrase]:
    for words, sign in ((_GLAD, 1.0), (_LOW, -1.0)):
        for word, label in words.items():
            for _ in range(each):
                form, strength = random.choice(list(_STRENGTHS.items()))
                yield Phrase(_say(random, random.choice(_FRAMES), form.format(word)), sign * strength, label)
                if random.random() < 0.5:
                    form, strength = random.choice(list(_DENIALS.items()))
                    text = _say(random, random.choice(_FRAMES), form.format(word))
                else:
                    text, strength = _say(random, random.choice(_DENIED_FRAMES), word), -0.4
                yield Phrase(text, sign * strength, label, denied=True)


def _identities(random: Random) -> Iterator[Phrase]:
    for word in sorted(IDENTITY_WORDS):
        for frame in random.sample(_WHO, 4):
            person = random.choice(("{}", "a {} woman", "a {} man", "a {} student", "a {} nurse", "a {}"))
            yield Phrase(_say(random, frame, person.format(word)), 0.0, "", identity=True)


def _say(random: Random, frame: str, words: str) -> str:
    return frame.replace("{}", words).replace("{name}", random.choice(NAMES))
