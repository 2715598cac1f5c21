"""Phrases that are never shown: the most of anything, forecasts, guilt, the machinery, and what fits anybody.

Judges words alone, and knows no numbers.
"""

import re

from app.domain.narrative.brief import Brief
from app.domain.narrative.check_words import Words, found_in
from app.domain.narrative.draft import Draft

_NO_SUPERLATIVE = (
    "rest|test|west|nest|honest|modest|interest|request|suggest|forest|guest|quest|chest|digest|invest"
    "|harvest|manifest|arrest|protest|contest|dishonest|crest|vest|wrest|pest|zest|jest|unrest"
    "|hardest (?:thing that could|outcome)|likeliest one"
)
_SUPERLATIVE = Words(
    rf"\b(?!(?:{_NO_SUPERLATIVE})\b)\w+est\b|\b(?<!expecting the )(?<!imagining the )worst\b"
    r"|\b(?:the|your|its|my|this) (?:very )?(?:most|least) (?!ordinary\b)\w+"
    r"|\b(?:most|least) (?:intense|common|frequent|present|difficult|painful|positive|negative|active|challenging"
    r"|powerful|important|stable|balanced|emotional|stressful|hopeful|joyful|fearful|often|notabl[ey]|striking)\b"
    r"|\b(?:than|like) (?:n?ever|any other)\b|\bn?ever (?:had|been|recorded|seen|written|kept|before)\b"
    r"|\bever(?=[.,;:]|$)|\bso far\b|\ball[- ]time\b|\brecords?\b|\bpeak(?:s|ed|ing)?\b|\b(?:new"
    r"|an? all) (?:high|low)s?\b"
    r"|\b(?:extreme|unprecedented|unparalleled|unmatched|top|number one|second to none|rock[- ]bottom)\b"
)
_FEW = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+|few|some|the)"
_GUILT = Words(
    rf"\b(?:only|just|merely|barely|hardly|a mere|no more than) {_FEW} (?:\w+ )?(?:sessions?|times?|days?|moments?"
    r"|entr(?:y|ies)|evenings?|mornings?|weeks?)\b"
    r"|\b(?:again|once more|yet again|once again|still),? (?:you|there (?:is|was|were) no|no|nothing)\b"
    r"|\byou (?:again|still|even|also )?(?: ?)(?:did not|didn['\u2019]t|have not|haven['\u2019]t|had not"
    r"|hadn['\u2019]t"
    r"|were not|weren['\u2019]t|could not|couldn['\u2019]t|never|forgot|quit|stopped|dropped|neglected|ignored"
    r"|slipped|lapsed|paused|gave|broke|lost|avoided|failed|let)\b(?! see at the start)"
    r"|\b(?:skip(?:s|ped|ping)?|miss(?:es|ing)? (?:a|your|out|days?|sessions?|the)|forgot(?:ten)?|neglect\w*|slack\w*"
    r"|laps(?:e[ds]?|ing)|slipp(?:ed|ing)|inactiv\w*|abandon\w*|procrastinat\w*|unfinished|overdue)\b"
    r"|\b(?:fall(?:s|en|ing)?|fell|left|lag\w*|running) behind\b|\b(?:off|on|back on|keep\w* on) track\b"
    r"|\b(?:you|we) (?:could|should|might) have\b|\bcatch up\b|\bmake up for\b|\bgave up\b|\blet (?:it"
    r"|things) slide\b"
    r"|\bwhere (?:were|have) you\b(?! when)"
    r"|\bwe(?:['\u2019]ve)? (?:have )?miss(?:ed)?\b|\bwaiting for you\b|\bbroke\w* the\b"
    r"|\b(?:days?|weeks?|evenings?) without\b|\bwithout (?:a|any|one|a single) session\b|\bin a row\b"
    r"|\bconsecutive\w*\b"
    r"|\bback[- ]to[- ]back\b|\bconsisten\w*\b|\bdisciplin\w*\b|\bcommit(?:ted|ment|ments)?\b"
    r"|\bhold(?:ing)? yourself to\b"
    r"|\b(?:less|fewer) (?:\w+ )?than (?:you (?:wanted|planned|hoped|meant)|planned|expected)\b|\bnot enough\b"
)
_MACHINERY = Words(
    r"\b(?:as an? (?:ai|model|assistant|language|large)|ai|llms?|gpt\w*|chatbots?|bots?|assistants?|language models?"
    r"|the model|prompts?|prompted|(?:the|this|your|a|provided|given) brief|briefs|json|schemas?|evidence|e\d{1,2}"
    r"|instructions?|instructed|(?:ignore|disregard|forget) (?:all|any|the|previous|prior|above|every|these|those|my)"
    r"|(?:previous|prior|above) (?:message|instruction|prompt|rule|text)s?|system (?:message|prompt|rule)s?|tokens?"
    r"|data ?sets?|databases?|algorithms?|machine learning|neural|provided (?:data|facts|numbers|information)"
    r"|(?:the|these"
    r"|those|cited|given) facts?|cited|citations?|metrics?|parameters?|outputs?|inputs?|null|undefined|nan"
    r"|valence|arousal"
    r"|thresholds?|confidence (?:interval|level)s?|intervals?|estimates?|estimated|baselines?|hundredths|suppressed"
    r"|analysers?|analyzers?|classifiers?|pipelines?|placeholders?|todo|tbd|lorem|ipsum|api|backend|server"
    r"|source code"
    r"|based on (?:the|your|this) (?:data|brief|facts|numbers|information)|as requested"
    r"|(?:usual|with)_?:?\w*_\w+)\b"
    r"|\bi (?:am|can|cannot|could|see|saw|notice|noticed|think|understand|hope|want|have|will|would|do|was|know"
    r"|wish)\b"
    r"|\bi['\u2019](?:m|ve|ll|d)\b|\bsorry\b|^(?:sure|certainly|of course|here (?:is|are)|here['\u2019]s)\b"
)
_GENERIC = Words(
    r"\b(?:it(?: is|['\u2019]s) (?:also |very |always |perfectly |completely |quite )?(?:important|ok(?:ay)?"
    r"|normal|natural"
    r"|understandable|worth (?:noting|remembering)|essential|crucial|only human|fine to|never too late)"
    r"|remember(?:ing)? (?:that|to)|keep(?:ing)? in mind|bear(?:ing)? in mind|be(?:ing)? (?:kind|gentle|patient"
    r"|good|easy"
    r"|true) (?:to|with|on) yourself|(?:kind|gentle|patient|easy) (?:to|with|on) yourself|one (?:day|step) at a time"
    r"|step by step|self[- ](?:care|love|compassion|worth|esteem|discovery|growth|improvement|awareness)|journeys?"
    r"|roller ?coasters?|roller-coasters?|mix of (?:emotions?|feelings?)|mixed (?:emotions?|feelings?|bag)"
    r"|(?:range|variety|spectrum|array|wave|whirlwind) of (?:emotions?|feelings?)|ups and (?:its )?downs"
    r"|highs and lows"
    r"|good days and|light at the end|silver linings?|brighter days?|better days|new chapters?|fresh start"
    r"|turning point"
    r"|we all|all of us|each of us|everyone (?:has|feels|goes|is)|no one is perfect|nobody(?: is|['\u2019]s) perfect"
    r"|part of (?:life|being human|the process)|(?<!a )life is|that(?: is|['\u2019]s) life|such is life"
    r"|human nature|trust the"
    r" process|process(?:ing)? (?:your|emotions|feelings|it all)|listen(?:ing)? to your|follow your"
    r"|your (?:heart|inner"
    r"|true|authentic|soul|potential|truth|growth|wellbeing|well-being|mental)|inner (?:self|strength|peace"
    r"|child|voice"
    r"|world|light|critic)|deep down|heal(?:s|ed|ing)?|resilien\w*|mindful\w*|wellness|well-?being"
    r"|mental health|growth"
    r"|you(?: have|['\u2019]ve) got this|hang in there|stay (?:strong|positive)|think(?:ing)? positive\w*"
    r"|positive vibes"
    r"|everything happens|happens for a reason|time will tell|time heals|the universe|the stars|meant to be|destin\w*"
    r"|in the air|on the horizon|good things|great things|change is|changes are coming|a side of you|you tend to"
    r"|tendency to|at times,? you|sometimes,? you|you (?:may|might|will) (?:find|feel|notice|discover|be surprised)"
    r"|you are (?:someone|a person|the kind|capable|enough|strong|worthy|more than)|a lot (?:on your plate|going on)"
    r"|food for thought|(?:valuable|powerful|interesting|useful|meaningful|deeper?) (?:insights?|lessons?|patterns?)"
    r"|insights?|interesting(?:ly)?|delv\w+|tapestr\w+|navigat\w+|embrac\w+|empower\w*|holistic\w*|unique\w*"
    r"|meaningful\w*|profound\w*|landscape of your|balanced? life|work-life|in touch with|in tune|safe space"
    r"|hold(?:ing)?"
    r" space|take care of yourself|look(?:ing)? after yourself|show(?:ing)? up for yourself|reach out|open up)\b"
)

_FORECAST = Words(
    r"\b(?:will(?! listen\b)|won['\u2019]t|shall|(?:is|are|be) (?:going|about|bound|sure|set|likely"
    r"|expected) to|soon|next"
    r" (?:week|month|time|year|session|one)s?|tomorrow|(?:in|over) the (?:coming|next)|coming (?:weeks?|months?"
    r"|days?)"
    r"|(?:the|your|near) future|ahead of you|predict\w*|forecast\w*|expect(?!ing the worst)\w*|likely|probably|bound to"
    r"|heading (?:for|to\w*)|on (?:the|its|your) way|just around|it can only)\b"
)
_ASKED = re.compile(r"[^.?;]*\?")


def no_forecast(draft: Draft, _: Brief) -> str | None:
    """Nothing is said of what will come, which no number here knows; a question may look ahead."""
    for place, sentence in enumerate(draft.everything()):
        found = _FORECAST.find(_ASKED.sub(" ", sentence.text) if "?" in sentence.text else sentence.text)
        if found is not None:
            return f"text {place}: {found.strip()}"
    return None


def no_superlative(draft: Draft, _: Brief) -> str | None:
    """Nothing is the most or the least of anything: no brief holds all that it would have to be compared with."""
    return found_in(draft, _SUPERLATIVE)


def no_guilt(draft: Draft, _: Brief) -> str | None:
    """Nobody is told what they did not do, how few sessions there were, or how many came in a row."""
    return found_in(draft, _GUILT)


def no_machinery(draft: Draft, _: Brief) -> str | None:
    """Nothing of how a text came about is shown: no brief, no evidence ids, no instructions, no "as an AI"."""
    return found_in(draft, _MACHINERY)


def no_generic(draft: Draft, _: Brief) -> str | None:
    """No phrase that would fit anybody: neither consolation ready-made, nor a horoscope."""
    return found_in(draft, _GENERIC)
