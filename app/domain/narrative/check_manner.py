"""Whether a text is said the way a person should be spoken to here: no causes, no orders, no clinic, no scores.

Judges words alone; whether they are true is judged by the grounding checks.
"""

import re

from app.domain.narrative.brief import Brief, Form, Manner
from app.domain.narrative.check_words import Words, found_in
from app.domain.narrative.draft import Draft

LONGEST_HEADLINE_WORDS = 18
LONGEST_SENTENCE = 240
LONGEST_PARAGRAPH = 600
LONGEST_HEADING = 80

_CAUSAL = Words(
    r"\b(?:because|caus(?:e[ds]?|ing)|(?:led|leads?|leading) to|due to|thanks to|owing to|as a result|results? in"
    r"|resulted in|therefore|hence|thus|so that|trigger\w*|helps|helped|(?:makes?|made|making) (?:you|things)"
    r"|the reason|explains?|explained|affect(?:s|ed)?|effects? of|impact\w*|drives?|driven by|thereby"
    r"|brought (?:on|about)|stem\w* from|(?:came|comes?|coming|ar(?:o|i)ses?|follow(?:s|ed)?) from"
    r"(?! moments you chose)|blam(?:e|es|ed|ing)|(?:is|was) why|your fault|fault of|rooted in|root of|sources? of"
    r"|responsible for|down to your|since (?:you|your|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b"
)
_DIAGNOSIS = Words(
    r"\b(?:depress\w*|anxi(?:ety|ous\w*)|panic\w*|bipolar|adhd|ptsd|ocd|bpd|autis\w*|asperger\w*|borderline"
    r"|narciss\w*|mani(?:a|c|as|cal)|hypomani\w*|schizo\w*|dissociat\w*|paranoi\w*|delusion\w*|hallucinat\w*|phobi\w*"
    r"|obsess\w*|compuls\w*|anore\w*|bulimi\w*|eating (?:problems?|habits|disorders?)|addict\w*|alcoholi\w*|insomni\w*"
    r"|dysthymi\w*|melanchol\w*|dement\w*|personality|codependen\w*|toxic|abus\w*|disorders?|diagnos\w*|symptoms?"
    r"|clinical\w*|patholog\w*|syndrome|illness\w*|ill|mentally ill|insane|crazy|neuro\w+|psych\w+|trauma\w*"
    r"|burn(?:t|ed|ing)?[- ]?out|distort\w*|thinking errors?|irrational\w*|unhealthy|abnormal\w*|patients?)\b"
)
_CRISIS = Words(
    r"\b(?:suicid\w*|self[- ]?(?:harm|injur)\w*|cris[ei]s|overdos\w*|kill\w*|dead|death|d(?:ie[ds]?|ying)"
    r"|end(?:ing|ed)? (?:it|everything|things|your|all)|(?:hurt|harm|cut|injur)\w* (?:yourself|you)|at risk|in danger"
    r"|emergenc\w*|your lowest|not (?:be|stay) alone|worthless|hopeless\w*|no way out|g[ia]ve up|given up|broken"
    r"|disappear\w*|better off without|reasons? to live|not worth living|hot ?lines?|help ?lines?|rescue\w*"
    r"|(?:can['\u2019]?t|cannot|could not|can not) go on|end of (?:it all|everything|your life)|farewell|goodbye)\b"
)
_MEDICATION = Words(
    r"\b(?:medic(?:ine|ines|ation|ations|ated)|meds|pills?|tablets?|dos(?:e|es|age)|antidepress\w*|ssris?|snris?"
    r"|prescri\w+|drugs?|supplements?|sedat\w+|therap\w+|treatments?|cures?|remed\w+|doctors?|counsell\w*|clinics?"
    r"|prozac|zoloft|lexapro|xanax|valium|ritalin|adderall|wellbutrin|cymbalta|effexor|ativan|seroquel|lithium"
    r"|\w+(?:oxetine|traline|alopram|oxamine|faxine|azepam|azolam|apine|iprazole|peridone|triptyline|bupropion)"
    r"|bupropion|mirtazapine|methylphenidate|trazodone|ketamine|melatonin|st\.? john['\u2019]?s wort|cannabis|cbd"
    r"|psilocybin|alcohol|vitamins?)\b"
)
_ORDER = Words(
    r"\b(?:you|one)(?:['\u2019]d| really| also)? (?:should|must|need to|have to|ought to|had better|better|are to"
    r"|shall)\b|\b(?:don['\u2019]t|do not) (?:forget|worry|let|be|try|give|think|stop)\b|\b(?:make|be) sure\b"
    r"|\bplease\b|\b(?:would|might|may|could|will) be (?:best|better|wise|good|right|time) to\b"
    r"|\b(?:it is|it['\u2019]s) (?:best|better|wise|time) to\b|\b(?:recommend|advi[sc]e|suggest)\w*"
    r"|\b(?:might|may|could|would) suit you\b|\bwhy not\b"
)
_IMPERATIVES = (
    *("accept", "allow", "ask", "avoid", "be", "begin", "breathe", "call", "challenge", "change", "choose", "come"),
    *("consider", "continue", "do", "don't", "don\u2019t", "drink", "eat", "embrace", "find", "focus", "forgive"),
    "get",
    *("give", "go", "hold", "imagine", "keep", "learn", "leave", "let", "listen", "look", "make", "move", "name"),
    *("note", "notice", "observe", "open", "pause", "pick", "plan", "practise", "practice", "put", "reach", "read"),
    *("remember", "remind", "rest", "return", "schedule", "see", "set", "share", "sleep", "slow", "speak", "start"),
    *("stay", "stop", "take", "talk", "tell", "think", "treat", "trust", "try", "use", "visit", "wait"),
    *("walk", "watch", "work", "write"),
)
_IMPERATIVE = Words(
    r"(?:^|[.!?:;]\s+|[,\u2013\u2014]\s+(?:so |then )?)"
    rf"(?:{'|'.join(_IMPERATIVES)}|turn (?:to|it|this|that|your|away|off|around))\b"
)
_QUESTION_WORDS = re.compile(r"[^.?!:;]*\?")
_URL = Words(
    r"https?:|www\.|//|[^\W\d_][\w-]{0,40}\.[^\W\d_]{2}|\w\.\w{2,20}/|\w ?\(?dot\)? ?(?:com|org|net|io|ly)\b"
    r"|@|\bmailto\b"
)
_MARKUP = re.compile(r"[<>*_#`|\[\]{}\\~^=\n\r\t\x00-\x1f\x7f]|&\w+;|[\U0001F000-\U0001FAFF\u2600-\u27BF]")
_TONE = Words(
    r"!|\b(?:scores?|scored|streaks?|well done|congrat\w*|good (?:job|work|going)|bad|(?:good|great|best|worst) (?:week"
    r"|month|day)|proud|keep it up|keep going|amazing|awesome|great|excellent|impressive|fail\w*|missed|skipped|lazy"
    r"|disappoint\w*|finally|at least|guilt\w*|wrong with you|only \d+|points?|badges?|levels?|achiev\w*|goals?|target"
    r" reached|perfect score|normal(?:ly)?|averages?|healthy|warning\w*|alarming\w*|worrisome|worrying|concern\w*"
    r"|red flags?|all good|too (?:much|high|low|often)|serious\w*|severe\w*|dangerous\w*|tbh|lol|sadly|luckily"
    r"|(?:un)?fortunately|which is (?:an? )?(?:high|low|good|much|lot|fine|ok(?:ay)?|big|huge|small))\b"
)
_SHOUT = re.compile(r"\b[A-Z]{3,}\b")
_CELEBRATION = Words(
    r"\b(?:celebrat\w*|wonderful|lovely|glad|happy|happily|delight\w*|enjoy\w*|nice|worth keeping|milestone|hooray)\b"
)
_DIGIT = re.compile(r"\d")


def length(draft: Draft, _: Brief) -> str | None:
    """Headline up to 18 words, sentences of a card up to 240 characters, paragraphs up to 600, headings up to 80."""
    longest = LONGEST_SENTENCE if draft.form is Form.CARD else LONGEST_PARAGRAPH
    if len(draft.title.text.split()) > LONGEST_HEADLINE_WORDS or len(draft.title.text) > LONGEST_SENTENCE:
        return "the headline is too long"
    if any(len(sentence.text) > longest for sentence in draft.sentences()):
        return f"a text is longer than {longest} characters"
    if any(len(heading.text) > LONGEST_HEADING for heading in draft.headings()):
        return f"a heading is longer than {LONGEST_HEADING} characters"
    return None


def no_causal_claim(draft: Draft, _: Brief) -> str | None:
    """Nothing is said to come from anything: things go along, or show up."""
    return found_in(draft, _CAUSAL)


def no_diagnosis(draft: Draft, _: Brief) -> str | None:
    """No condition and no clinic; and habits of thought are never called errors."""
    return found_in(draft, _DIAGNOSIS)


def no_crisis_talk(draft: Draft, _: Brief) -> str | None:
    """No talk of death, harm or danger: who is near it is offered people to talk to, in words written beforehand."""
    return found_in(draft, _CRISIS)


def no_medication(draft: Draft, _: Brief) -> str | None:
    """No medicine and no treatment."""
    return found_in(draft, _MEDICATION)


def no_command(draft: Draft, _: Brief) -> str | None:
    """Nothing tells the reader what to do; questions and offers ("if you like, you could") are fine."""
    for place, sentence in enumerate(draft.everything()):
        order = _ORDER.find(sentence.text)
        if order is None:
            asks = "?" in sentence.text
            order = _IMPERATIVE.find((_QUESTION_WORDS.sub(" ", sentence.text) if asks else sentence.text).strip())
        if order is not None:
            return f"text {place}: {order.strip()}"
    return None


def no_url(draft: Draft, _: Brief) -> str | None:
    """No address of any kind."""
    return found_in(draft, _URL)


def no_markup(draft: Draft, _: Brief) -> str | None:
    """Plain text: no markup, no control characters, no pictures."""
    return _marked(draft, _MARKUP)


def tone(draft: Draft, _: Brief) -> str | None:
    """No score, streak, praise, blame or shouting."""
    return found_in(draft, _TONE) or _marked(draft, _SHOUT)


def care(draft: Draft, brief: Brief) -> str | None:
    """SUPPORT claims nothing: it cites nothing and shows no number. Neither it nor GENTLE celebrates."""
    if brief.manner is Manner.PLAIN:
        return None
    if brief.manner is Manner.SUPPORT:
        for place, sentence in enumerate(draft.everything()):
            if sentence.evidence or _DIGIT.search(sentence.text):
                return f"text {place}: a claim beside an offer of support"
    return found_in(draft, _CELEBRATION)


def _marked(draft: Draft, marks: re.Pattern[str]) -> str | None:
    for place, sentence in enumerate(draft.everything()):
        match = marks.search(sentence.text)
        if match:
            return f"text {place}: {match[0].strip()}"
    return None
