"""Figures of speech against earnest words that sound alike. All sentences are written for this test."""

import pytest

from app.analyser import care_level
from app.domain.affect import CareLevel

EARNEST = """
I wish I was dead right now
I want to be dead right now
I would rather be dead right now
I wish I was dead on Monday
I want to kill myself to make it stop
I want to kill myself to be free
I'm going to kill myself to be with my mum
I want to kill myself over this
I'm going to kill myself over this exam
I want to kill myself for the shame I feel
I want to die of shame
I want to die alone in my room tonight
I can't wait until I die
Nobody would care if I die tonight
I want to bleed to death
I am drinking myself to death
I cut myself on my arm again last night
I cut myself on the thigh
I cut myself shaving on purpose
I want to cut myself on the broken glass
I wish something would kill me
I wish a lorry would just kill me
I'd rather die than be me
I want to be dead, this job is killing me
I took all my pills
I took twenty pills an hour ago
I swallowed a whole bottle of painkillers
I have a plan and the pills are ready
I've been saving up my pills
kms
ugh kms
I am bad at everything, kms lol
I want my life to end
I want this life to be over
I should just die
It's not worth living
there is no point in going on
I cut last night
I cut again
I've written letters to my kids for when I am gone
Why not just kill myself
Why don't I just kill myself
I want to kill myself and my therapist says I am sad
My mum says I am lazy and I want to die
I'm not okay I want to kill myself
I haven't slept and I want to die
I was sad all day and I want to die
I used to be happy and now I want to kill myself
I was bullied at school and I want to die
I want to stop living
I hate being alive
I wish I didn't exist
I want to go to sleep and not wake up
I never want to wake up
I don't want to see tomorrow
I'd be happier dead
I overdosed last night
I took a load of pills
How many pills would it take to die
thinking of ways to die
I drank bleach
I burned myself with a cigarette last night
I want to burn my skin
I've been cutting
I want to drown in the sea
I want someone to kill me
I'm dying to kill myself
My kids are the only reason I don't kill myself
suicidal
Not gonna lie I want to kill myself
I don't want to kill myself but I want to die
No one loves me I want to die
I am not joking I want to die
""".strip().splitlines()

SOFTENED = """
I took all my pills for the headache
Three years ago I took all my pills
I haven't cut myself in a year
I'm not going to kill myself over a deadline
I don't think I want to kill myself
I do not feel like I want to die
I felt humiliated and wanted to die
My therapist asked if I want to die
He said I should kill myself
I want it all to be over
I'm done with life
I took all my medication today
I took all my meds today
I can't live like this
I won't be around much longer
I'm going to jump tonight
If it weren't for my dog I'd be dead
I want to be with my mum in heaven
I burned myself with a lighter
""".strip().splitlines()

PLAIN = """
This traffic kills me
I want to go home, this traffic is killing me
I want to go to bed, I'm dead tired
You were dead right about that
I could die of embarrassment
I'm going to die of embarrassment
I will die of boredom in there
Bored to death
It bores me to death
I love her to death
I cut myself shaving
I cut myself on a tin lid today
I burned myself on the oven again last night
I hurt myself on the stairs this morning
I cut the grass last night
I took my vitamins
I took my pills for the headache
I took two pills for the headache
I took 10 mg tablets
We took all the tablets back to the pharmacy
My tablets are ready to collect
I have a plan for the weekend
My plan is to collect my meds at noon
Killing time at the airport
We ran 12 kms
I'm going to die alone with ten cats
I don't want to die alone
I want to see Rome before I die
I hope I get to see Japan before I die
I could die happy now
I am dying to see you
I'm killing myself to finish this thesis
I wish I could stay, but my mum will kill me
I wrote letters to my kids today
I left a note for the sitter for when I am gone this weekend
There is no point in going on about it
It's not worth living in London
I want my lunch break to end
I want to burn some calories
I never want to wake up at five
I nearly killed myself laughing
I cut my leg on my bike this morning
I want to stop living with my parents
I will be dead on my feet tomorrow
I took my medication today
She took the whole bottle
I'm done with life admin
I am drowning in work and want to drown in tea
""".strip().splitlines()


@pytest.mark.parametrize("text", EARNEST)
def test_a_wish_turns_an_idiom_into_earnest(text: str) -> None:
    """What reads like a figure of speech but is wished, planned or done is EXPLICIT, whoever speaks before or after."""
    assert care_level([text]) is CareLevel.EXPLICIT


@pytest.mark.parametrize("text", SOFTENED)
def test_only_what_stands_near_softens(text: str) -> None:
    """A denial, another's words or a far past of the act itself, and pills as ordered, are MENTION."""
    assert care_level([text]) is CareLevel.MENTION


@pytest.mark.parametrize("text", PLAIN)
def test_plain_idioms_stay_plain(text: str) -> None:
    """Everyday talk with the same words costs nobody their patterns: NONE."""
    assert care_level([text]) is CareLevel.NONE
