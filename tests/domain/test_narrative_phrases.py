"""Phrases that are never shown, each refused by the name of its check; and words near them that may be said."""

import pytest

from app.domain.narrative import check
from app.domain.narrative.check import CHECKS
from tests.domain.model_answers import BRIEF, card, failed

_REFUSED = {
    "no-superlative": [
        "It was your hardest week.",
        "Fear was the most common.",
        "Your best moments sat on the lighter side.",
        "Fear was most intense in 6 of 9 sessions.",
        "The lowest ever.",
        "Joy came 4 times, more than ever.",
        "The worst of it was fear.",
        "The lighter side held a record.",
        "Fear peaked, in 6 of 9 sessions.",
        "It was in 6 of 9 sessions so far.",
        "Which was the saddest of them?",
        "Least intense was joy.",
    ],
    "no-forecast": [
        "Fear will pass, as it did in 6 of 9.",
        "Next week, fear will be lower.",
        "6 of 9 sessions had fear, and the next ones will too.",
        "It is going to be lighter.",
        "A lighter time is on its way.",
        "Joy is likely to come.",
        "The coming weeks hold more of it.",
        "Soon it is lighter.",
        "It won\u2019t last.",
        "Expect less of it.",
        "Expecting less of it is fine.",
    ],
    "subjects": [
        "6 of 9 sessions had intense fear.",
        "6 of 9 sessions had deep fear.",
        "Fear ruled 6 of 9 sessions.",
        "Strong anger was there.",
    ],
    "tone": [
        "6 of 9 sessions had fear, which is high.",
        "6 of 9 sessions had fear, which is normal.",
        "6 of 9 sessions had fear: a warning sign.",
        "6 of 9 sessions had fear, above average.",
        "6 of 9 sessions had fear, too much of it.",
        "Unfortunately, 6 of 9 sessions had fear.",
    ],
    "claims": [
        "6 of 9 sessions had fear, at work.",
        "6 of 9 sessions had fear, near your boss.",
        "6 of 9 sessions had fear, and your children were there.",
        "6 of 9 sessions had fear and little sleep.",
    ],
    "no-guilt": [
        "You skipped a week.",
        "Again you did not write.",
        "Again, there was no session.",
        "Only two sessions this week.",
        "There were just 5 sessions.",
        "You fell behind.",
        "You have not looked since.",
        "You didn\u2019t come back.",
        "You forgot Lens.",
        "5 of 9 sessions in a row had it.",
        "You could have looked more.",
        "We missed you.",
        "It was a lapse.",
        "Get back on track?",
        "There were days without a session.",
        "Consistency is what counts.",
    ],
    "no-machinery": [
        "As an AI, I see this.",
        "The brief says 5 of 9 sessions.",
        "Evidence e3 says so.",
        "Here is the JSON.",
        "Ignore previous instructions.",
        "Ignore all of it.",
        "The system prompt is this.",
        "I cannot say.",
        "I\u2019m sorry about that.",
        "Sure, 5 of 9 sessions.",
        "The model is not sure.",
        "The valence of 7 of 9 sessions was lighter.",
        "The confidence interval is wide.",
        "Your baseline is 20 of 60.",
        "usual_total is 60.",
        "A language model wrote this.",
    ],
    "no-generic": [
        "It is important to rest.",
        "It\u2019s okay to feel this.",
        "Remember that everyone feels it.",
        "Self-care matters.",
        "Your journey goes on.",
        "Take it one day at a time.",
        "Be kind to yourself.",
        "It was a rollercoaster.",
        "There was a mix of emotions.",
        "There were ups and downs.",
        "You tend to look for more.",
        "At times you feel this.",
        "You may find that a door opens.",
        "There are brighter days.",
        "Good things are on the horizon.",
        "We all have this.",
        "This is a meaningful insight.",
        "Listen to your heart.",
        "It is part of being human.",
        "Trust the process.",
        "There is a side of you that nobody sees.",
    ],
    "no-crisis-talk": [
        "You are better off without it.",
        "There is no reason to live like this.",
        "A hotline is there for you.",
        "You cannot go on.",
        "It was near death.",
        "You are in danger.",
    ],
    "no-names": [
        "Fear came up with Anna in 4 of those 5.",
        "Anna was there in 4 of those 5.",
        "It was near London.",
        "What would you say to Tom?",
        "Fear came up at Siemens in 4 of those 5.",
        "Did Anna\u2019s words stay with you?",
        "It was there: Maria.",
        "\u201cJohn\u201d came up.",
        "Mrs Smith was there.",
    ],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in _REFUSED.items() for text in texts])
def test_a_phrase_is_refused_by_name(name: str, text: str) -> None:
    """Each of these breaks the promise of its check, whatever else it breaks."""
    assert name in failed(card(text, "e1", "e2", "e10"))


@pytest.mark.parametrize(
    "text",
    [
        "The hardest outcome is the first to come to mind.",
        "What may be expecting the worst was there.",
        "Which of them feels most like your week?",
        "It is of interest, and an honest guess at rest.",
        "What would the most ordinary outcome look like?",
        "It is more than that.",
        "You opened 5 of 9 sessions.",
        "What do you see now that you did not see at the start?",
        "It was there again in 5 of 9 sessions.",
        "This week only asks.",
        "Is there one that is still with you?",
        "The numbers of this month can wait.",
        "What is in the picture, as you see it?",
        "You can keep it as a fact of your own.",
        "A life is wider than that.",
        "What would have felt kind just then?",
        "You looked at 9 moments, and that is a start.",
        "There are people who will listen.",
        "In March, on Mondays, Mirror held 5 of them.",
        "Fear was there, as I said.",
        "\u201cShould\u201d thinking may have been there. Nobody knows.",
        "It can simply be left here: If you like, for longer.",
    ],
)
def test_words_near_a_phrase_are_let_through(text: str) -> None:
    """None of the checks of phrases takes these for what it refuses."""
    of_facts = {"subjects", "claims"}
    assert not failed(card(text, "e1")) & (set(_REFUSED) - of_facts)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Fear went along with it in 4 of those 5 sessions.", "e1"),
        ("On the lighter side there were 5 of 9 sessions, and 2 on the heavier side.", "e12"),
        ("In 6 of your 9 sessions, fear showed up.", "e10"),
        ("Joy was part of 4 of 9 sessions this week.", "e9"),
        ("Six sessions held fear; four held joy.", "e9 e10"),
        ("Two sessions sat near the middle.", "e12"),
        ("Looking back, 6 of 9 sessions had fear in them.", "e10"),
        ("Compared with the 12 weeks before, joy showed up more often: 4 of 9 sessions, against 7 of 40.", "e9"),
        ("That may be mind reading: it was there in 5 of 9 sessions.", "e1"),
        ("From start to end, 6 of 8 sessions moved to something lighter.", "e6"),
        ("These come from moments you chose to look at, not from a whole life.", ""),
        ("They are moments you chose to look at.", ""),
        ("If you like, you could look at one of these moments again.", ""),
        ("What was around you when fear showed up?", "e10"),
        ("Does any of this ring true?", ""),
        ("What would you like to keep of this week?", ""),
    ],
)
def test_what_a_careful_writer_says_passes(text: str, evidence: str) -> None:
    """No check stands in the way of plain counts, open questions, offers, and of saying that it is not a whole life."""
    assert failed(card(text, *evidence.split())) == set()


@pytest.mark.parametrize("text", ["In January, 6 of 9 sessions had fear.", "6 of 9 sessions since May had fear."])
def test_another_month_is_not_this_one(text: str) -> None:
    """A month is named only when the period touches it; "may" is a word as well."""
    assert "numbers" in failed(card(text, "e10"))
    assert "numbers" not in failed(card("In March, fear may have been in 6 of 9 sessions.", "e10"))


def test_each_of_these_is_a_check() -> None:
    """The names above are those a report shows, and nothing is refused without one."""
    assert set(_REFUSED) <= {name for name, _ in CHECKS}


def test_a_report_never_repeats_a_name() -> None:
    """The reason says that there is a name, and not whose."""
    report = check(card("Fear came up with Anna in 4 of those 5.", "e1"), BRIEF)
    assert "Anna" not in dict(report.failed)["no-names"]


HARMFUL = (
    *("You could take your own life.", "Would you like to take your own life?", "Would life go on without you?"),
    *("What if no one would notice?", "Would you go without a word?", "Did you do enough?", "You could write more."),
    *("Is it all in your mind?", "What did your friend do to you?", "You may keep it from others.", "All is lost."),
)
COUNTED_HARM = (
    *("Fear gained ground: 6 of 9 sessions.", "Fear lasted for days, in 6 of 9 sessions.", "It may be the end."),
    *("Joy was there in 4 of 9 sessions, and she left.", "Joy was there in 4 of 9 sessions and a knife."),
    *("Joy was there in 4 of 9 sessions, after a drink.", "4 of 9 sessions held joy, with mum near."),
    *("4 of 9 sessions held joy, a sign of weakness.", "Joy turned to fear in 4 of 9 sessions."),
    *("4 of 9 sessions ended in joy.", "4 of 9 sessions held joy with fear beside it."),
    *("Joy sat on the heavier side in 4 of 9 sessions.", "4 of 9 sessions held joy, unlike in others."),
)


@pytest.mark.parametrize("text", HARMFUL)
def test_harmless_words_make_no_harmful_sentence(text: str) -> None:
    """A question or an offer is one of whole sentences that were thought of, not any that known words can make."""
    assert failed(card(text))


@pytest.mark.parametrize("text", COUNTED_HARM)
def test_a_true_count_carries_nothing_else(text: str) -> None:
    """A statement is made of the words of the revision's own counted phrases, and each name has its own count."""
    assert failed(card(text, "e9", "e10", "e12"))
