"""Whether a text names anybody or anything that no closed list holds: other people's names, places, brands.

Goes by large letters alone; a name written small is caught, if at all, by the check of claims.
"""

import re

from app.domain.affect import TimeOfDay
from app.domain.narrative.brief import Brief
from app.domain.narrative.draft import Draft

_WORD = re.compile(r"[\w'-]+")
_ALWAYS_LARGE = frozenset(
    _WORD.findall(
        "i january february march april may june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
        "sundays mirror turn lens kalei spectrum support english"
    )
)
_BEGINS = frozenset(
    _WORD.findall(
        "afterwards alongside although among apart both during each either energy even every few five four "
        "feelings from habits half hard however looking main many months most near neither nine none numbers "
        "often only out overall over rhythms room seen seven several similar six steady such taken ten that's "
        "there's times twelve two three eight eleven under until upon ways weeks what's within without writing "
        "lighter heavier easier harder calmer beginning beginnings endings sessions against because beyond here's "
        "coming came some nobody the thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty shared "
        "quietly slowly words naming reading named nothing landscape feeling thinking thought thoughts back less "
        "inside outside next other whenever whether whose whichever whatever altogether meanwhile together then "
        "plenty minds stronger weaker chance close everything number behind turned found elsewhere turns "
        "movement begun later earlier soon compared alone still again before after above below twice once"
    )
)
_COMMON = frozenset(
    _WORD.findall(
        "a about after again all also an and any anything around as ask asked at back before began beside "
        "between both bring by call choose closely closer could day days did different do does else enough "
        "ever feel first for from gentle gently go going had has have held here hold hour how hours if in "
        "inside into is it its keep kind later life like little look looked looking match matter may might "
        "moment moments month more most much next no not notice now of on once one open or other others over "
        "own page part perhaps picture quiet rather read remember room said say second see session sessions "
        "share short simply slow small so softer some someone something sometimes stay still story take talk "
        "tell than that the their them then there these they thing things think this those thought thoughts "
        "through time title to today together usual was week weeks were what when whenever where which while "
        "who with without word words would write yet you your ring true fit showed up"
    )
)
_SUBJECTS = frozenset(
    _WORD.findall(
        "joy joyful warmth warm hope hopeful sadness sad fear fearful anger angry shame ashamed surprise "
        "surprised afraid all-or-nothing overgeneralising overgeneralizing mental discounting mind fortune "
        "catastrophizing catastrophising expecting imagining emotional should labelling labeling taking "
        "personalising personalizing comparing an a disqualifying"
    )
) | {f"{time}{ending}".lower() for time in TimeOfDay for ending in ("", "s")}
_MAY_BEGIN = _ALWAYS_LARGE | _BEGINS | _SUBJECTS | _COMMON
_LARGE = re.compile(r"\b[A-Z][\w]*(?:['\u2019-]\w+)*")
_START = re.compile(r"(?:^|[.?!:;]\s+)[\"'\u201c\u2018(]?$")


def no_names(draft: Draft, _: Brief) -> str | None:
    """Large letters begin sentences, in words that are no names, months, weekdays and the app's own names; no other."""
    for place, sentence in enumerate(draft.everything()):
        for found in _LARGE.finditer(sentence.text):
            word = found[0].casefold().replace("\u2019", "'")
            begins = _START.search(sentence.text[: found.start()]) is not None
            if not _is_known(word, _MAY_BEGIN if begins else _ALWAYS_LARGE):
                return f"text {place}: a name"
    return None


def _is_known(word: str, known: frozenset[str]) -> bool:
    stem = word.removesuffix("'s").removesuffix("'")
    return word in known or stem in known
