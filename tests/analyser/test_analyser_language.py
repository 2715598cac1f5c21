"""English told from other languages, so that no session loses its patterns for a list. All sentences are made here."""

import pytest

from app.analyser import Analyser, PersonTurn
from app.domain.affect import TurnKind, Use

GLAD = "I'm so happy, today was wonderful and I love my friends."

ENGLISH_LISTS = [
    "Lonely. Anxious. Exhausted. Worthless. Ashamed. Stuck. Empty. Numb. Scared. Angry. Lost. Broken.",
    "Coffee, sunshine, mum, dogs, books, rain, music, sleep, soup, friends, laughter, family.",
    "Woke early. Walked dog. Drank tea. Answered emails. Cooked rice. Called mum. Slept badly.",
    "gut feeling says pour another coffee",
    "Slept til noon, then worked til late.",
]
FOREIGN = [
    "Heute war ich sehr müde und es ist alles zu viel.",
    "Gestern Abend sassen Freunde zusammen, lachten, tranken Wein, sangen alte Lieder, tanzten wild, schliefen lange.",
    "Je suis très fatiguée et je ne sais pas pourquoi.",
    "Journée longue, réunion pénible, patron fâché, pluie froide, dîner froid, sommeil court, solitude.",
    "Estoy muy cansado hoy y no sé qué hacer con mi vida.",
    "Trabajo largo, jefe enfadado, lluvia fría, cena triste, noche larga, dolor cabeza, soledad.",
    "Oggi sono molto stanco e non so perché tutto mi pesa.",
    "Giornata lunga, capo arrabbiato, pioggia fredda, cena triste, notte lunga, sonno agitato.",
    "Hoje estou muito cansado e não sei o que fazer.",
    "Dia longo, chefe zangado, chuva fria, jantar triste, noite longa, sono agitado, solidão.",
    "Vandaag ben ik heel moe en ik weet niet waarom.",
    "Lange dag, boze baas, koude regen, droevig diner, slechte nacht, hoofdpijn, verdriet, ruzie.",
    "Jestem dzisiaj bardzo zmęczona i nie wiem co robić.",
    "Długi dzień, zły szef, zimny deszcz, smutna kolacja, ciężka noc, ból głowy, płacz.",
]
ODD = "Zorbled, fnixed, quandled, blipted, grommelled, swoffed, trundixed, plimmed, snerkled, vobbed, dwixt, murfled."


def turn(text: str, index: int = 0) -> PersonTurn:
    """Make a turn that opens a session."""
    return PersonTurn(index=index, kind=TurnKind.OPENING, text=text)


@pytest.mark.parametrize("text", ENGLISH_LISTS)
def test_lists_and_notes_in_english_are_english(analyser: Analyser, text: str) -> None:
    """A dozen words without one of the commonest are English when the model knows them."""
    assert analyser.analyse([text])[0].english
    assert analyser.read_session([turn(text)]).use is Use.FULL


@pytest.mark.parametrize("text", FOREIGN)
def test_sentences_and_lists_in_other_languages_are_not(analyser: Analyser, text: str) -> None:
    """What other languages say is not read as English, in sentences or in words alone."""
    assert not analyser.analyse([text])[0].english
    assert analyser.read_session([turn(text)]).use is Use.AFFECT_ONLY


def test_one_odd_turn_does_not_condemn_a_session(analyser: Analyser) -> None:
    """A turn that merely lacks common words is judged with all the others; its own confidence stays low."""
    assert not analyser.analyse([ODD])[0].english
    assert analyser.read_session([turn(GLAD), turn(ODD, 1)]).use is Use.FULL
    assert analyser.read_session([turn(GLAD), turn(FOREIGN[0], 1)]).use is Use.AFFECT_ONLY
