"""What people wrote and the care check once misread, each with what sounds alike. All are written for this test."""

import re

import pytest

from app.analyser import care_level
from app.analyser.care_rules import FROM_ME
from app.domain.affect import CareLevel

EXPLICIT = """
I have been cutting my arms
I've been cutting my thighs at night
ive been cutting my thighs
I'm cutting my arms again
I've been burning my skin with a lighter
I keep cutting my legs
it would be easier if I were not alive
they would be happier if I was not here
everyone would be better off if I weren't here
if i werent here everyone would be happier
If I was dead my family would be better off
I have no will to live
I lost the will to live
I've lost all will to live
death is the only way out
The only way out is death
I wish I never woke up
I wish I hadn't woken up today
I wish I had never woken up
I don't think I'll make it through the night
I'm not sure I will survive tonight
I won't make it to tomorrow
I relapsed and cut last night
relapsed and cut my arms last night
took all my pills
Took all of my sleeping pills.
I have the rope ready
I've got the pills lined up
I hope I get hit by a bus
I wish I would get run over by a train
self harmed today
I self-harmed this morning
I hurt myself with a razor today
I burned myself with a lighter tonight
I attempted suicide yesterday
Attempted suicide last night
I hurt myself with a razor
I want to kill myself over this thesis
I want to kill myself with these pills
I'm killing myself with these pills
I need to take all my meds
I'm going to take all my pills tonight
I took ten tablets tonight
I'll shoot myself
I want my life to stop
I want my life to be over
I hope I don't wake up
I hope I never wake up again
I hope I don't wake up in the morning
I want to not wake up
I hope I don't wake up to another day
I've been burning my arms because I deserve it
I burned myself with the iron on purpose
I cut myself with a razor while crying
I was cutting my arms last night
I\u2019m not sure I\u2019ll make it through the night
I don't think I'll last the night
I won't live to see tomorrow
I'd be happier if I weren\u2019t here
If I was gone, they would be happier
If I died my kids would finally be happier
I've been cutting my arms at work
I started burning my arms
i harmed myself with scissors today
If I die, my family will be better off
burned my arms with a cigarette last night
I burned myself with the iron to feel something
I want to be struck by lightning
I have the rope ready to go
The pills are lined up on my desk
I took all my pills to die
I'm going to take all my pills this month
I am killing myself over this breakup
I'm going to kill myself over the thesis
I just hope I don't wake up at all
I pray I never wake up so I don't have to feel this
I hope I don't wake up in pain ever again
""".strip().splitlines()

MENTION = """
I should never have been born
It would be better if I had never been born
I attempted suicide ten years ago
My brother attempted suicide yesterday
I heard that a neighbour attempted suicide yesterday
She has no will to live
I'm done with my life
so done with life
I used to cut my arms, years ago
I haven't been cutting my arms
I burned myself with a lighter
he self-harmed today
I took all my pills for the headache
My sister said she has been cutting her arms and harming herself
My friend self harmed today
I shouldn't have been born
Done with my life.
""".strip().splitlines()

NONE = """
cutting my arms hours at work
I have been cutting my hair
I'm cutting my hours again
I'm cutting my body fat this spring
I've been cutting my legs shaving
I've been burning my skin in the sun
I burned myself with a lighter while lighting candles
I burned myself with the iron this morning
I burned myself with a pan while cooking tonight
I cut myself with a knife while chopping onions
the only way out of the building
The only way out is through
Death is the only certainty, my gran says
I wish I never woke up early
I wish I hadn't woken up so late
I don't think I'll make it to the meeting tomorrow
I don't think I'll make it through the night shift
I don't think I'll make it tonight
I won't survive another day without coffee
I don't think my old car will make it through the night
I have the rope ready for the tent
I have the ropes ready to climb
I have my tablets ready for the trip
I should have been born in the sixties
I should never have been born a Capricorn
I hope I don't get hit by a bus
I feel like I got hit by a bus
I hope I get hit by inspiration
They'd be happier if I wasn't here on Fridays
I was not here when the parcel came
It would be easier if I were not so shy
if I weren't here for work I would be at the beach
I have no will to live in a big city
I lost the will to live in that meeting
I have no will to cook
Took all the tablets back to the pharmacy
I relapsed and smoked last night
I measured and cut the wood last night
I am killing myself over this thesis
I'm killing myself with these workouts
I hope I don't wake up with a headache
I hope I don't wake up sick on the wedding day
I hope I don't wake up tomorrow with a cold
I want to not wake up tired
I need to take all my meds with breakfast
Took all my meds today, went for a walk
I took ten tablets of vitamin C this month
I took ten vitamin tablets
I'll shoot myself an email
I'm going to shoot myself a quick reminder
I want my life to stop being so busy
I want my life to end up like hers
the best thing I've ever done with my life
so proud of what I've done with my life
What have I done with my life?
I don't think I'll make it tonight and I am sorry
I can't make it to tomorrow's class
My phone won't last another day
If I wasn't here the meeting would be easier
If I was not here my colleagues would be better prepared
I am cutting my stomach out of the picture
I burned my arms on the oven today
I've been burning my legs with squats
I keep cutting my arms on the brambles
I burned myself with a match lighting the stove
I don't think I'll live another night in that tent
Cut my legs shaving today
I cut myself with the bread knife this morning
I cut myself with a razor shaving
I burned myself with hot oil
I got drunk and cut my hair last night
cut again by the referee
I hope he gets hit by a bus
I have the knife ready to carve the turkey
I took all my pills to the pharmacy
I hope I don't wake up in pain
I'm proud of all I have done with my life
""".strip().splitlines()


@pytest.mark.parametrize("text", EXPLICIT)
def test_what_is_meant_is_heard(text: str) -> None:
    """Said plainly of oneself and now, in the verbs and shortened sentences of a diary: EXPLICIT."""
    assert care_level([text]) is CareLevel.EXPLICIT


@pytest.mark.parametrize("text", MENTION)
def test_what_touches_the_subject_is_a_mention(text: str) -> None:
    """Others, the past and what stops short of a wish to die: MENTION."""
    assert care_level([text]) is CareLevel.MENTION


@pytest.mark.parametrize("text", NONE)
def test_what_sounds_alike_is_left_alone(text: str) -> None:
    """Toil, accidents in the kitchen, medicine as ordered and lateness: NONE."""
    assert care_level([text]) is CareLevel.NONE


@pytest.mark.parametrize(
    "text", ["i " * 10_000, "i a " * 5_000, "my head me i'm " * 1_300, "i went to the shop and " * 800]
)
def test_no_character_is_read_twice_for_the_same_word_for_oneself(text: str) -> None:
    """However often a person says I, the stretches that the rules look through together are no longer than the text."""
    reach = re.compile(FROM_ME)
    read = [match for start in range(len(text)) if (match := reach.match(text, start))]
    assert sum(len(match[0]) for match in read) <= len(text)


def test_a_word_for_oneself_reaches_as_far_as_before() -> None:
    """The nearest word for oneself counts, up to sixty characters away."""
    assert care_level(["i i i i i " + "la " * 15 + "want to hurt myself"]) is CareLevel.EXPLICIT
    assert care_level(["so i i i i " + "la " * 25 + "want to hurt myself"]) is not CareLevel.EXPLICIT
