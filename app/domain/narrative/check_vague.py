"""Words that say how many without a number: which of them a count can stand behind, and which none ever does.

Reads no facts: `check_numbers` looks here for what a text says, and holds it against what is cited.
"""

from collections.abc import Callable

from app.domain.narrative.check_words import Words

_ONE = (
    r"(?:sessions?|moments?|days?|weeks?|months?|evenings?|mornings?|afternoons?|nights?|hours?|times?|reflections?"
    r"|entr(?:y|ies)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
)
_DID = r"had|have|were|was|sat|held|began|ended|went|showed"
_HELD = rf"(?:of|{_DID})"
_NTH = r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|umpteenth)"
_PART = r"(?:third|fourth|quarter|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|hundredth)s?"
_SIZE = r"(?:vast|great|good|large|small|big|fair|tiny|sizeable|considerable|significant|lion\W?s)"
_SPAN = r"(?! (?:days?|weeks?)\b)"
_NEVER = (
    r"twice|thrice|double[ds]?|doubling|halv\w+|tripl\w+|quadrupl\w+|(?:two|three|four|five|ten|\d+)-?fold",
    r"dozens?|quarters?|always|never|nobody else|everyone|percent\w*|\d+ times (?:as|more|less|the)",
    rf"(?:an?|one|\d+) {_PART}",
    rf"{_NTH} {_ONE}|for the {_NTH}",
    r"(?:nearly|almost|virtually|practically|hardly|barely|scarcely) (?:every|all|each|any|none|an?)",
    rf"many (?:{_HELD}|{_ONE})|several|a few (?:of|{_ONE})|few (?:{_HELD}|{_ONE})|some of (?:your|the|them|those)",
    r"some (?:sessions|days|mornings|evenings|nights|moments)|(?:only|just|nothing but) \w+ (?:was|were|showed|came)",
    r"(?:is|was|came|ranked) (?:first|second|third|last)",
    r"(?:an? )?couple|(?:an? )?handful|(?:an? )?pair of|(?:lots|plenty|loads|tons|heaps) of|countless|numerous"
    r"|innumerable",
    r"a (?:lot|great deal|good deal|number|bunch|host|string|run|series) of",
    rf"(?:every|each|both|either|neither|no|(?<!out of )a single)(?: single)? {_ONE}",
    r"(?:every|each) of (?:your|the|those|these)|every one|both (?:of|had|were|sat)|minority",
    rf"(?:all )?the rest {_HELD}|(?:the|an?|your) (?:{_SIZE} )?(?:bulk|share|part|portion|fraction"
    rf"|proportion) of your",
    rf"(?:{_SIZE} |the )(?:bulk|share|part|portion|fraction|chunk|proportion) of",
    r"all (?:week|month|day|night)|(?:whole|entire) (?:week|month|time|day)|throughout|daily|nightly"
    r"|more often than not",
    r"in a row|consecutive\w*|back[- ]to[- ]back|straight (?:days?|weeks?|sessions?)",
    r"once (?:an?|every|per|in)|(?:is|was|were|there|came|only|just|but) once",
    rf"(?:first|last|past|previous|next) \d+\b{_SPAN}",
)
_ROUGHLY = (
    r"about|around|roughly|approximately|some|almost|nearly|close to|over|under|above|below|fewer than|less than"
    r"|more than|barely|hardly|up to|at least|at most|upwards of|as many as|as few as|just|only|nearer"
)
UNCOUNTED = Words(rf"\b(?:{'|'.join(_NEVER)})\b|\b(?:{_ROUGHLY}) \d+\b{_SPAN}")
"""What no count stands behind, read once numbers are digits: shares of nothing, "every evening", "about 6"."""
HOW_OFTEN = Words(
    r"\b(?:constantly|continually|continuously|frequently|regularly|rarely|seldom|mostly|mainly|largely|predominantly"
    r"|dominat\w+|prevail\w*|(?<!more )(?<!less )often|usually(?! draw)|generally|typically|occasionally"
    r"|repeatedly|time and again|again and again|over and over|non-?stop|ceaseless\w*|relentless\w*|persist\w*"
    r"|linger\w*|ke(?:ep|eps|pt) (?:\w+ing|on)"
    r"|sometimes|all the time|(?:time|day|week|night) after (?:time|day|week|night)|a lot)\b"
)
"""The same, though a question may ask with them: "what is usually around you at that time?"."""
FIRST = Words(rf"\bfirst (?:\w+ )?{_ONE}\b")
"""What only the milestone of a first week may say."""
NTH = Words(r"\b\d+(?:st|nd|rd|th)\b")
"""An ordinal in digits, which only the landmark of a milestone may be."""
SHARES: tuple[tuple[Words, Callable[[int, int], bool]], ...] = (
    (Words(rf"\b(?:most (?:{_HELD}|{_ONE})|majority)\b"), lambda part, whole: 2 * part > whole),
    (Words(r"\bhalf\b"), lambda part, whole: 2 * part == whole),
    (
        Words(rf"\ball (?:\d+|of (?:them|your|the|those)|sessions|{_DID})\b"),
        lambda part, whole: part == whole,
    ),
)
"""Shares in words, and when a part of a whole is one."""
