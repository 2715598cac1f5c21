"""The scores that rules give a text by the writing rubric: the same each time, for every text, at no cost.

A floor for people and models to be compared with, not a replacement: rules see what is absent better than what is good.
"""

import re
from types import MappingProxyType

from app.domain.narrative.brief import Brief, Manner
from app.domain.narrative.check import CheckReport
from app.domain.narrative.check_claims import is_open
from app.domain.narrative.check_ease import ease_of_draft
from app.domain.narrative.draft import Draft, Sentence
from app.domain.narrative.specificity import least_for, specificity
from app.domain.rubric.rubric import HIGHEST, LOWEST, Scores

_UNGROUNDED = frozenset({"numbers", "direction", "subjects", "no-causal-claim"})
_BEYOND = frozenset({"claims", "letters", "no-superlative"})
_UNKIND = frozenset({"no-diagnosis", "no-crisis-talk", "no-medication", "no-command", "no-guilt", "care"})
_COLD = frozenset({"tone", "no-superlative", "no-names"})
_OPAQUE = frozenset({"letters", "no-url", "no-markup", "no-machinery"})
_HEAVY = frozenset({"length", "reading-ease"})
_SPECIFIC_STEPS = ((0.6, 5), (0.4, 4), (0.25, 3), (0.1, 2))
_VERY_EASY = 80.0
_SENTENCE_END = re.compile(r"(?<=[.?])\s+")
_COUNT = re.compile(r"\b(?:\d+|all|none|half|most)\b(?!\s?%)")
_PERCENT = re.compile(r"\d\s?%")


def score_by_rule(draft: Draft, brief: Brief, report: CheckReport) -> Scores:
    """A score from 1 to 5 for each criterion of `WRITING`; `report` is what `check` said of `draft` over `brief`.

    What fails `schema` is no text of this brief at all: 1 throughout.
    """
    failed = frozenset(name for name, _ in report.failed)
    if "schema" in failed:
        return MappingProxyType(dict.fromkeys(("grounded", "specific", "kind", "useful", "plain"), LOWEST))
    return MappingProxyType(
        {
            "grounded": _grounded(draft, brief, failed),
            "specific": _specific(draft, brief, failed),
            "kind": _kind(draft, brief, failed),
            "useful": _useful(draft, brief),
            "plain": _plain(draft, failed),
        }
    )


def _grounded(draft: Draft, brief: Brief, failed: frozenset[str]) -> int:
    """1 with anything that is not in the brief, 2 with more said than it holds, 4 when most of it cites nothing."""
    if failed & _UNGROUNDED:
        return LOWEST
    if failed & _BEYOND:
        return 2
    stated = [sentence for sentence in draft.sentences() if not is_open(sentence.text) and "?" not in sentence.text]
    cited = sum(1 for sentence in stated if sentence.evidence)
    return HIGHEST if brief.manner is Manner.SUPPORT or 3 * cited >= len(stated) else 4


def _specific(draft: Draft, brief: Brief, failed: frozenset[str]) -> int:
    """By its specificity; an offer of support, which is to be about nobody, stands in the middle."""
    if not least_for(brief):
        return 2 if "no-generic" in failed else 3
    found = specificity(draft, brief)
    score = next((score for least, score in _SPECIFIC_STEPS if found >= least), LOWEST)
    return min(score, 2) if failed & {"no-generic", "specific"} else score


def _kind(draft: Draft, brief: Brief, failed: frozenset[str]) -> int:
    """1 with harm, 2 with judgement, 4 when it ends in a bare statement."""
    if failed & _UNKIND:
        return LOWEST
    if failed & _COLD:
        return 2
    return HIGHEST if _ends_gently(draft, brief) else 4


def _useful(draft: Draft, brief: Brief) -> int:
    """2, and one each for: it counts; it shows more than its headline; it asks, offers, or leaves the reader in peace.

    One less when a percentage comes before any count: people read "7 of 17 sessions" right, and "41 %" often wrong.
    """
    texts = [sentence.text for sentence in draft.sentences()]
    if brief.manner is Manner.SUPPORT:
        return 4 if len(texts) > 1 else 2
    whole = " ".join(texts)
    count, percent = _COUNT.search(whole.casefold()), _PERCENT.search(whole)
    ahead = percent is not None and (count is None or percent.start() < count.start())
    beside = any(sentence.evidence for sentence in list(draft.sentences())[1:])
    return 2 + (count is not None) + beside + _ends_gently(draft, brief) - ahead


def _plain(draft: Draft, failed: frozenset[str]) -> int:
    """1 with machinery or markup, 2 when too long or hard; else 4, one more if very easy, one less if monotonous."""
    if failed & _OPAQUE:
        return LOWEST
    if failed & _HEAVY:
        return 2
    return 4 + (ease_of_draft(draft) >= _VERY_EASY) - _is_monotonous(draft)


def _ends_gently(draft: Draft, brief: Brief) -> bool:
    """Whether the last text asks or offers something; who is to be left in peace is asked nothing."""
    *_, last = draft.sentences()
    return brief.manner is not Manner.PLAIN or _is_asked(last)


def _is_asked(sentence: Sentence) -> bool:
    return "?" in sentence.text or any(is_open(part) for part in _SENTENCE_END.split(sentence.text))


def _is_monotonous(draft: Draft) -> bool:
    """Whether of three sentences or more, fewer than two thirds begin in a way of their own."""
    parts = (part for sentence in draft.sentences() for part in _SENTENCE_END.split(sentence.text))
    begun = [re.sub(r"\d+", "0", " ".join(part.split()[:2]).casefold()) for part in parts]
    return len(begun) >= 3 and 3 * len(set(begun)) < 2 * len(begun)
