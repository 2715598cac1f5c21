"""Whether a text keeps to words that are known to be harmless: what states something is said in the revision's own.

A list of what may be said, since no list of what may not is ever long enough. Judges no number and no claim.
"""

import re
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SLOT = re.compile(r"\{\w+\}")
_ALWAYS = frozenset(
    WORD.findall(
        "none one two three four five six seven eight nine ten eleven twelve half most all joyful sad afraid "
        "scared angry ashamed surprised warm joy warmth hope sadness fear anger shame surprise hopeful "
        "fearful morning afternoon evening mornings afternoons evenings nights weekday weekdays monday "
        "tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
        "saturdays sundays day days week weeks month months session sessions moment moments also did so rests "
        "between opened you chance well this it be may what all-or-nothing thinking overgeneralising "
        "overgeneralizing mental filter discounting the positive mind-reading mind reading fortune telling "
        "fortune-telling catastrophizing catastrophising expecting worst emotional reasoning should labelling "
        "labeling taking personally comparing with others mirror turn lens at night january february march "
        "april june july august september october november december higher lower energy high low over close "
        "usual compared less more often around from these"
    )
)
_NEVER = frozenset({"real", "unlike", "nothing", "together", "own", "life", "take"})
"""Words of counted phrases that say something else anywhere else."""
_ONLY_IN = re.compile(
    r"\bmind(?![- ]reading)|(?<!comparing with )(?<!^the )(?<!\. the )\bothers\b|\bmarch\b"
    r"|(?<!stands )\bout\b|\bcomes?\b(?! along)|(?<!mental )\bfilter\b"
    r"|\bthe end\b(?! (?:sat|was|lay|of|than))|\bone (?:is|was) an?\b|\b(?:it|this|that) may be the\b"
)
"""Words that are known in one phrase alone."""
_TITLE = frozenset(
    WORD.findall(
        "the a of in and this that your week month short look ahead looking from start to end where when what "
        "how it felt times days habits ways thought thoughts lighter heavier side sides middle numbers "
        "moments sessions here beside usual before against as whole page picture part small gentle quiet"
    )
)


def stranger(text: str, fixed: tuple[str, ...]) -> str | None:
    """The first word of a statement that none of the counted phrases among `fixed` holds; None when all are known."""
    small = text.casefold().replace("\u2019", "'")
    only = _ONLY_IN.search(small if "March" not in text else small.replace("march", ""))
    if only is not None:
        return only[0]
    known = _vocabulary(fixed)
    return next(
        (word for word in WORD.findall(small) if word not in known and word.removesuffix("'s") not in known), None
    )


def is_plain_title(text: str) -> bool:
    """Whether a title or heading says no more than what it stands over."""
    return all(word.casefold() in _TITLE for word in WORD.findall(text))


@lru_cache(maxsize=64)
def _vocabulary(fixed: tuple[str, ...]) -> frozenset[str]:
    """The words of the phrases that are filled with counts and names."""
    counted = (_SLOT.sub(" ", phrase) for phrase in fixed if "{" in phrase)
    words = {word.casefold().replace("\u2019", "'") for phrase in counted for word in WORD.findall(phrase)}
    return frozenset((words | _ALWAYS) - _NEVER)
