"""Says whether a text is English, so that the English model never claims to have understood another language.

Names no other language and holds no vocabulary; it needs the standard library only. In doubt (a short text, a list of
words that the model knows) the answer is English.
"""

import unicodedata
from collections.abc import Callable

from app.analyser.features import is_word

_ENGLISH_WORDS = """
a about after again all also always am an and any anything are as at back bad be because been before being better but
by can can't cant could day did didn't didnt do does doesn't doing don't dont down even ever every everyone everything
feel feeling felt few first for from get getting go going gonna good got great had happy has hasn't have haven't having
he he's her here hers him his home how i i'd i'll i'm i've if in into is isn't it it's its ive just know last like
little lot made make me more morning much my myself need never new night no not nothing now of off ok okay on one only
or other our out over people really right sad said saw say see she she's should so some something still such than thank
thanks that that's the their them then there these they they're thing things think this those time tired to today
together tomorrow tonight too two up us very want wanted was wasn't way we we're week well went were what when where
which while who why will with without won't work would year years yes yesterday you you're your
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_FOREIGN_WORDS = """
ich nicht und das ist ein eine einen mich mir dir dich wir sie habe hatte heute sehr auch aber mit für auf von zu bei
wie wenn weil noch nur schon immer wieder kann keine kein mein meine sind müde oder nach der dem geht
je suis ne pas et les des une du est c'est j'ai ma mes avec dans qui que sur très aussi mais tout fait être
aujourd'hui avoir elle nous vous ils sont était bien trop rien jamais fatigué fatiguée m'a d'un d'une qu'il
yo estoy soy muy el los las una uno por para pero porque como más hoy tengo siento está esta este todo nada nunca
siempre también del al qué cuando ya fue triste cansado cansada hace desde ser he mi mal
sono sei il lo gli della delle di un per molto oggi anche perché questo questa mio mia stato stata sento tutto
niente sempre ho hai abbiamo nel alla così più
eu estou sou não muito uma com hoje meu minha tudo nada também isso você foi feliz
ik niet een het en dat mijn maar ook heb voor zijn wel geen heel vandaag moe naar
jag är inte och att det som på mycket idag jeg ikke meget også har av trött
jestem nie się jest że bardzo dzisiaj mam ale mnie co bylo było bir bu çok için değil bugün kendimi
minä olen ja ei mutta tänään saya tidak yang hari ini aku sangat
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split()) - _ENGLISH
"""Function words of the languages most written after English; English words (met, war, gut, pour) are left out."""

MANY_WORDS = 12
"""Words from which a text with hardly one of the commonest in English is doubted."""

MANY_ACCENTED = 0.2
"""Share of a doubted text's words with letters beyond A to Z from which it is no English, whatever the model knows."""

FEW_KNOWN = 0.125
"""Share of a doubted text's words that the model must know for it to pass: lists and notes in English reach it."""


def is_english(tokens: list[str], *, knows: Callable[[str], bool]) -> bool:
    """Whether the words of one text (as `features.words` gives them) read as English; True when there are none.

    Not English: the words show another language; or `MANY_WORDS` hold hardly one of the commonest in English, and
    `MANY_ACCENTED` of them have foreign letters, or fewer than `FEW_KNOWN` are words that the model `knows`.
    """
    if shows_another_language(tokens):
        return False
    said = [token for token in tokens if is_word(token)]
    english = sum(word in _ENGLISH for word in said)
    if len(said) < MANY_WORDS or english * 25 >= len(said):
        return True
    if sum(not word.isascii() for word in said) >= MANY_ACCENTED * len(said):
        return False
    return sum(map(knows, said)) >= FEW_KNOWN * len(said)


def shows_another_language(tokens: list[str]) -> bool:
    """Whether most letters are of another script, or at least two words of other languages outnumber the English."""
    said = [token for token in tokens if is_word(token)]
    if any(not word.isascii() for word in said) and _mostly_other_script("".join(said)):
        return True
    english = sum(word in _ENGLISH for word in said)
    foreign = sum(word in _FOREIGN for word in said)
    return foreign >= 2 and foreign > 1.5 * english


def _mostly_other_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter.isascii() or unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin < len(letters) / 2
