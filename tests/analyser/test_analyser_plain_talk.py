"""Who a person is, and plain plans and facts: the engine names no pattern in them and finds them neither good nor bad.

All sentences are written for this test; none is among the rows that the weights were learned from.
"""

import pytest

from app.analyser import Analyser
from app.domain.affect import ThinkingPattern

IDENTITIES = """
I am Black.
I am a Muslim woman.
I am a lesbian.
I am deaf.
I am bipolar.
I am a gay man living in Bristol.
I'm an autistic man.
I am a Jewish grandmother.
I am a trans woman and a nurse.
I'm a blind student.
I am a Sikh woman.
I am Mexican.
I'm a disabled veteran.
I am a Black mother.
I am an Arab man.
I'm a Catholic woman.
I am a bisexual man.
I'm a Nigerian woman.
I am a refugee.
I am a Buddhist.
I'm Vietnamese.
I am a Turkish man.
""".strip().splitlines()
NEAR_ZERO = 0.2
"""A third of the spread that journals have."""

PLAIN = """
I went to the shop and bought bread.
I should call my mum today.
You should see the view from here.
Tomorrow will be sunny.
The weather forecast says it will rain tomorrow
My boss said I did well.
she told me so
I have cancer and the doctor says I will die within a year
I walked to the chemist and bought plasters.
We should leave at nine.
My tutor said my essay was good.
It will snow on Sunday.
I should email the landlord about the window.
He told me that he is moving to Spain.
""".strip().splitlines()

KNOWN_LIMITS = {
    "I have cancer and the doctor says I will die within a year": {"encoder", "small"},
    "My tutor said my essay was good.": {"small"},
}
"""Plain sentences in which an engine sees a pattern all the same; the model cards say so."""

UNKIND = [
    ("I am a worthless woman.", ThinkingPattern.LABELING),
    ("I'm a dreadful mother and a failure.", ThinkingPattern.LABELING),
    ("I am such an idiot.", ThinkingPattern.LABELING),
    ("I should be stronger than this.", ThinkingPattern.SHOULD_STATEMENTS),
    ("Tomorrow will be terrible, I know I will fail.", ThinkingPattern.FORTUNE_TELLING),
    ("She said I did well but she was only being nice.", ThinkingPattern.DISCOUNTING_POSITIVE),
    ("If I fail this exam my whole life is over.", ThinkingPattern.CATASTROPHIZING),
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_who_a_person_is_is_no_label_and_no_mood(analyser: Analyser, text: str) -> None:
    """A sentence of identity has no pattern at all, and a valence near zero."""
    reading = analyser.analyse([text])[0]
    assert not reading.patterns_present
    assert abs(reading.valence) <= NEAR_ZERO


@pytest.mark.parametrize("text", PLAIN)
def test_plain_plans_and_facts_show_no_pattern(request: pytest.FixtureRequest, analyser: Analyser, text: str) -> None:
    """Errands, plans, weather, praise received and medical facts are not thinking patterns."""
    if analyser.version.partition("-")[0] in KNOWN_LIMITS.get(text, ()):
        request.applymarker(pytest.mark.xfail(strict=True, reason="a known limit of this engine"))
    assert not analyser.analyse([text])[0].patterns_present


@pytest.mark.parametrize(("text", "pattern"), UNKIND)
def test_unkind_thoughts_are_still_noticed(analyser: Analyser, text: str, pattern: ThinkingPattern) -> None:
    """Sentences that look alike and do judge, foretell or belittle keep their pattern."""
    assert pattern in analyser.analyse([text])[0].patterns_present
