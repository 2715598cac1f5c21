"""The care check: what it must notice, what it must leave alone. All sentences are written for this test."""

import pytest

from app.analyser import care_level
from app.domain.affect import CareLevel

EXPLICIT = """
I want to kill myself.
I want to die
i dont want to live anymore
I keep thinking about ending my life.
I've been thinking about suicide every night this week.
I'm going to end it all tonight.
I cut myself again last night.
I have been cutting myself to cope.
I'm suicidal and I don't know who to tell.
Everyone would be better off without me.
I wish I was dead.
I wish I could just go to sleep and never wake up.
i feel sucidal
I wanna kill my self
I can't stop thinking about hurting myself.
I feel like jumping off the bridge by my flat.
I'm planning to take all my pills.
There is no reason to live.
My life is not worth living.
I told my sister I want to kill myself.
I keep thinking "I want to die".
Work was fine, but I want to hurt myself tonight.
Want to die.
I am thinking of taking my own life
I don't know if I want to kill myself
I tried to kill myself last night
I hurt myself on purpose this morning
I should just kill myself
I want to unalive myself
I want to commit suicide
Thinking about overdosing.
I am having suicidal thoughts
I have the urge to cut
I want to slit my wrists
I'm better off dead
Lately I've been wanting to die
I want to self-harm so badly
I am going to kill myself
im gonna kill myself tonite
I've decided to end my life this weekend.
I have a plan to kill myself.
I don't see the point in living anymore.
I don't see any reason to keep living
I can't live anymore
I cannot do this anymore, I want it to be over, I want to be dead.
I just want to not exist.
I want to stop existing.
No one would miss me if I killed myself.
If I died tomorrow nobody would care and I hope I do
I'm thinking of ending things tonight with the pills I saved
I've started cutting again.
I started hurting myself again
I burned my arm with a lighter to feel something
I cut my arms last night
I scratch my skin until it bleeds when I hate myself
I have been self harming since June.
I'm having thoughts of self-harm
I hate myself and want to die
all i want is to die
I'm so tired of being alive
I'm tired of living
I wish I weren't alive
I wish I wasn't here anymore
I don't deserve to live
I shouldn't be alive
the world would be better without me
my family would be happier if I was dead
they'd be better off if I were gone
I want to jump off a bridge
I keep imagining driving my car off the road
I want to take my own life.
i wanna die so bad
I want to die.
I really do want to hurt myself right now
My mind keeps telling me to kill myself.
Voices tell me to kill myself
I can't keep myself safe tonight, I might cut
honestly i'd rather be dead
Maybe I should kill myself
death would be a relief
I pray every night that I don't wake up
I hope I don't wake up tomorrow
I hope I die in my sleep
I want to end everything
i want 2 die
I want to kms
gonna kms
I feel suicidal again.
I'm actively suicidal
I've been feeling suicidal for weeks
I am contemplating suicide.
Suicide feels like the only way out.
Killing myself is all I think about
I almost killed myself yesterday
I tried to overdose last night
I can't stop cutting
I'm cutting myself again
I punch myself until I bruise
I want to starve myself to death
It would be easier for everyone if I just died.
I keep having thoughts about hurting myself.
I think I'm going to hurt myself.
Today I thought about ending my life.
I do not want to be here anymore, I want to die.
I've been planning how to kill myself.
I am so close to killing myself.
Nothing matters and I want to kill myself
I can't take it, I'm going to kill myself
I feel like hurting myself.
i want to kms so bad
I want to hang myself
I think about death and how I would do it, I want to die
sometimes I think about killing myself but I never tell anyone
I've got a razor and I want to cut myself
cutting is the only thing that helps, I cut myself again
I'm going to jump in front of a train
I don't think I want to live anymore.
I'm not sure I want to be alive
I no longer want to live.
I can't see a reason to live
there's nothing left for me, I'm ending my life
I'd be better off dead
I wish I would die
I wish to die
Please let me die
why can't I just die
I just wanna die already
I hope I get hit by a car and die
My plan is to end my life on Friday
""".strip().splitlines()

MENTION = """
My brother killed himself when I was nine.
I used to want to die, years ago.
When I was sixteen I tried to kill myself.
I read an article about suicide today.
My friend said she wants to kill herself.
I don't want to kill myself, I just want rest.
I would never hurt myself.
He said "I want to die" and I froze.
The film was about a man who took his own life.
A colleague died by suicide last month.
I haven't self-harmed in two years.
My therapist asked if I was thinking about hurting myself.
My daughter is cutting herself.
The news spoke of a suicide on the railway.
I am not suicidal.
I wish I had never been born.
My mum overdosed in 2010.
I volunteered at the suicide prevention line.
In 2015 I wanted to end my life.
I can't go on like this.
I used to cut myself as a teenager.
I attempted suicide ten years ago.
My dad tried to kill himself.
My best friend is suicidal and I am worried.
I lost my sister to suicide.
There was a documentary about self-harm.
I'm not going to hurt myself.
I have never wanted to kill myself.
I was suicidal last year but I am well now.
She told me he had ended his life.
A student at my school overdosed.
I don't want to die.
I'm glad I didn't kill myself back then.
My client talked about wanting to die.
We had suicide awareness training at work.
I thought about ending my life when I was in college.
He threatened to kill himself if I left.
Three years clean from self harm today.
My son said he wants to die.
I no longer want to die.
The character in the book hangs himself.
I'm afraid my wife will hurt herself.
Two years ago I took an overdose.
My roommate cuts herself and I do not know what to say.
The podcast today was about suicide prevention.
I don't feel suicidal anymore.
My grandfather shot himself in the war.
I was hospitalised for suicidal thoughts in 2019.
She asked me whether I had suicidal thoughts and I said no.
My old scars from self-harm showed at the pool.
My friend texted that he wanted to die.
I promised her I would never kill myself.
""".strip().splitlines()

NONE = """
This traffic is killing me.
I could die of embarrassment.
I'm dead tired.
My feet are killing me after the run.
I'm dying to see the new film.
The cake was to die for.
I nearly died laughing.
I would kill for a coffee.
We killed time at the station.
My phone died on the way home.
She absolutely killed it on stage.
I was so embarrassed I wanted to die.
I cut myself shaving this morning.
I burned myself on the oven.
I cut myself some slack today.
My grandmother died in spring and I miss her.
I shot myself in the foot with that email.
Quitting now would be career suicide.
I don't want to live in this city anymore.
I hurt myself at football and my knee is swollen.
I could kill him for forgetting my birthday.
I'm scared to death of flying.
I don't want to be here, the office is too loud.
I beat myself up about the meeting.
I ran ten kms this morning.
I have to take my tablets every day.
I am killing myself at work for nothing.
Cutting sugar again this week.
I want to disappear into a good book.
I'd rather die than sing in public.
I am going to jump on the train to Leeds
I kept cutting corners
I killed my presentation today.
That joke killed me.
The heat is killing me.
I'm dying of laughter.
I died when he walked in with that hat.
I laughed so hard I thought I'd die.
My battery is dead.
I was bored to death.
I'd kill for a nap.
She's drop dead gorgeous.
He died last year and I miss him.
I'm grieving my dad's death.
My cat died on Monday.
I am scared of dying one day.
I'm afraid of death.
I cut my finger while chopping onions.
I cut myself on a broken glass while washing up.
I hurt my back lifting boxes.
I hurt myself playing basketball.
I want to kill this project before it kills us.
I need to end it with my boyfriend.
I want to end my subscription.
We should cut costs.
I want to live life to the fullest.
I love living here.
I don't want to live with my parents anymore.
I don't want to live in fear.
I can't live without coffee.
Nothing to live up to this week.
He is better off without me as his manager, and I am glad.
We jumped off the pier into the sea.
I hung out with Maya.
I burned the toast.
I was on my deathbed with that flu, ha.
Work is murder.
I'd rather die than eat olives again.
I want to disappear for a week on a beach.
I feel dead inside after that shift.
I am so done, kill me now.
My phone is dying.
My boss will kill me if I'm late.
Mum's going to kill me.
It was suicide to schedule both exams on one day.
I worked myself to death this quarter.
I overslept and didn't want to wake up.
I don't want to wake up early tomorrow.
I wish I was there with you.
I wish I were alive in the sixties.
I'm tired of living out of a suitcase.
There's no point in living so far from work.
I took my tablets and slept.
I want to hurt him back.
I took the bridge to work today.
I am thinking of taking my life in a new direction.
I'm taking my life back.
I ended my lease
I almost died of embarrassment yesterday.
I feel like I'm drowning in work.
I shot myself full of confidence
I could have died when she read it aloud.
I'm gonna hang the pictures myself.
I want to die my hair blue.
I'm killing it at the gym.
The plot twist killed me.
He's a lady killer.
I hurt my friend's feelings and I feel awful.
The breakup hurts so much.
I cut sugar out of my diet to feel better.
We cut the cake together.
My car died this morning.
I'm going to hang pictures with my sister.
I'm drowning in emails today.
I was so tired I could have slept forever.
I want to be left alone.
I want to sleep all weekend.
I give up on this jigsaw.
I'm sick of living with roommates.
I will overdo the exercises if I'm not careful.
I ended things with Marco last night.
My heart is dead set on Norway.
I hate myself for eating the whole pizza.
I burned my tongue again.
I cut my leg shaving today
I dropped the knife and cut my leg today
I jumped on the train and read my book.
I might drive to the bridge today
We are going to walk under the old bridge.
I want to take the train to Rome
I want to kill the lights and sleep
I couldn't live without my dog.
""".strip().splitlines()


@pytest.mark.parametrize("text", EXPLICIT)
def test_present_and_first_person_is_explicit(text: str) -> None:
    """Words about ending one's own life or hurting oneself now are EXPLICIT, misspelt or with curly signs as well."""
    assert care_level([text]) is CareLevel.EXPLICIT


@pytest.mark.parametrize("text", MENTION)
def test_touching_the_subject_is_a_mention(text: str) -> None:
    """The past, other people, news, quotes and denials are MENTION: no support card, and nothing celebrates."""
    assert care_level([text]) is CareLevel.MENTION


@pytest.mark.parametrize("text", NONE)
def test_figures_of_speech_and_accidents_are_left_alone(text: str) -> None:
    """Idioms, accidents and the death of others are NONE."""
    assert care_level([text]) is CareLevel.NONE


def test_curly_apostrophes_read_like_straight_ones() -> None:
    """What a phone types is what a keyboard types."""
    assert care_level(["I don\u2019t want to be alive anymore."]) is CareLevel.EXPLICIT
    assert care_level(["I don\u2019t want to kill myself"]) is CareLevel.MENTION


def test_the_highest_level_of_all_texts_counts() -> None:
    """One text decides for all, wherever it stands; no text at all is NONE."""
    assert care_level([]) is CareLevel.NONE
    assert care_level(["A calm day.", "My uncle hanged himself."]) is CareLevel.MENTION
    assert care_level(["My uncle hanged himself.", "I want to die.", "A calm day."]) is CareLevel.EXPLICIT


def test_a_long_text_without_marks_is_read_to_its_end() -> None:
    """What stands far away in an endless sentence neither hides nor softens what is said now."""
    ramble = "when i was small we used to go to the lake and " + "then we talked and walked on and on and " * 30
    assert care_level([ramble + "i want to kill myself and " + "so it goes on and on and " * 30]) is CareLevel.EXPLICIT
    assert care_level([ramble]) is CareLevel.NONE


@pytest.mark.parametrize(
    "text",
    [
        "I want to " * 2_000,
        "myself " * 3_000,
        '"' * 20_000,
        "kill " * 4_000,
        "i " * 9_000 + "die",
        "dead tired " * 1_800,
    ],
)
def test_long_and_odd_texts_come_to_an_end(text: str) -> None:
    """No text makes the rules run away: the check stays usable at ingest (the suite's own time limit would tell)."""
    assert care_level([text]) in set(CareLevel)
