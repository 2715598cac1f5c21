"""Whether every count in a text is the count of what the text says it counts, in the time it says it of.

Reads clause by clause and judges no words; what it cannot bind to a cited integer is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.narrative.brief import HUNDREDTHS, Brief, Fact
from app.domain.narrative.check_claims import is_open
from app.domain.narrative.check_grounding import subjects_in
from app.domain.narrative.check_vague import FIRST, HOW_OFTEN, NTH, SHARES, UNCOUNTED
from app.domain.narrative.check_words import Words
from app.domain.narrative.draft import Draft

Facts = tuple[Fact, ...]
_SPELLED = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
_VALUES = {
    "zero": 0,
    "none": 0,
    "one": 1,
    **{word: value for value, word in enumerate(_SPELLED, start=2)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=3)},
}
_WORDS = "|".join(word for word in _VALUES if word != "one")
_SPELLED_OUT = Words(rf"\b(?:{_WORDS}|one(?= (?:of|in|out|day|time|week|session)))\b")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CALENDAR = re.compile(rf"(?:(?:{_MONTHS}) \d{{1,2}}|\d{{1,2}} (?:{_MONTHS}))(?: \d{{4}})?|(?:{_MONTHS}) \d{{4}}")
_COUNTING = Words(r"\d|\b(?:most|majority|half|all)\b")
"""What a text holds that says how many; of any other there is nothing to check."""
_DIGIT = re.compile(r"\d")
_MONTH = re.compile(rf"\b(?:{_MONTHS.replace('|May|', '|')})\b|(?<=[a-z] )May\b(?! be| have)")
_INTEGER = re.compile(r"(?<![\d.,])\d{1,9}(?![\d.,]*\d)")
_ASKED = re.compile(r"[^.?;]*\?")
_FIRST_WEEK = "milestone:first-week"

_STATEMENT = re.compile(r"(?<=[.?])\s+|;\s+")
_CLAUSE = re.compile(r",\s+|:\s+|\s+(?:and|but|while|whereas)\s+|\s+(?=against\b)")
_BEFORE = Words(r"\b(?:in|over|during|for) the (?:\d+ )?(?:weeks?|months?) before\b|\bagainst\b")
_ENERGY = Words(r"\benergy\b")
_NEGATED = Words(
    r"\b(?:no|not|\w+n['\u2019]t|never|without|neither|nor|hardly"
    r"|except|absent|missing|lack\w*|gone|free of|other than)\b"
)
_THE = r"(?:the |those |these |your |them |all )*"
_MENTION = re.compile(
    rf"\b(?P<part>\d+)(?:(?: \w+)? (?:out )?of {_THE}| in )(?P<whole>\d+)\b|\ball (?:of )?{_THE}(?P<all>\d+)\b"
    rf"|\bof {_THE}(?P<of>\d+)\b(?! (?:out )?of\b)|(?P<digits>\d+(?:[.,]\d+)?)(?P<unit>\s?(?:%|per ?cent))?",
    re.IGNORECASE,
)
_SIDES: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "lighter": (("lighter", "easier", "brighter", "better"), frozenset({"lighter", "lifted"})),
    "heavier": (("heavier", "heavy", "harder", "darker", "worse"), frozenset({"heavier", "lowered"})),
    "middle": (("middle",), frozenset({"middle"})),
    "high": (("high",), frozenset({"lively"})),
    "low": (("low",), frozenset({"quiet"})),
}
_SIDE_OF = {word: name for name, (words, _) in _SIDES.items() for word in words}
_SIDE = Words(rf"\b(?:{'|'.join(_SIDE_OF)})\b")
_SIDED = frozenset(part for _, parts in _SIDES.values() for part in parts)
_OF_COUNT = frozenset({"lighter", "heavier", "middle"})
_ALONE = frozenset({"sessions", "landmark", "days"})
_USUAL = "usual_"


@dataclass(frozen=True, slots=True)
class _Count:
    """An integer of a cited fact, what it is a part of (None: of nothing), and whether it is of one's usual."""

    name: str
    subject: str | None
    part: int
    whole: int | None
    usual: bool


Counts = tuple[_Count, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause with the names and sides that its counts are of, and whether it speaks of the time before."""

    text: str
    names: frozenset[str]
    sides: frozenset[str]
    usual: bool


def numbers(draft: Draft, brief: Brief) -> str | None:
    """Every number, spelled out or not, is a cited count of just what its clause says, or a date, or a length of time.

    "5 of 9" needs a part and its own whole; a clause of the lighter or heavier side, the middle, high or low energy, a
    feeling, a pattern, a feature or a time needs the count of that; none may be negated; and only "before" and
    "against" bring in one's usual.
    """
    for place, sentence in enumerate(draft.everything()):
        cited = tuple(fact for name in sentence.evidence if (fact := brief.fact(name)) is not None)
        dates = [found[0] for found in _CALENDAR.finditer(sentence.text)] if _DIGIT.search(sentence.text) else []
        for date in dates:
            if not _in_period(date, brief):
                return f"text {place}: {date} is outside the period"
        undated = _CALENDAR.sub(" ", sentence.text) if dates else sentence.text
        text = _in_digits("; ".join(part for part in _STATEMENT.split(undated) if not is_open(part)))
        refused = _uncounted(text, cited, brief) or _other_month(text, brief)
        if refused is not None:
            return f"text {place}: {refused} is no count"
        if _COUNTING.find(text) is None:
            continue
        statements = _STATEMENT.split(text)
        for statement in statements:
            negated = _NEGATED.find(statement) if _DIGIT.search(statement) else None
            if negated is not None:
                return f"text {place}: {negated} turns a count around"
        counts = tuple(_counts(cited))
        for clause in _clauses(statements):
            found = next(_faults(clause, counts, cited, brief), None)
            if found is not None:
                return f"text {place}: {found} is not among the cited counts of this"
    return None


def integers_in(text: str) -> frozenset[int]:
    """The integers that `text` shows, in digits or in words."""
    return frozenset(map(int, _INTEGER.findall(_in_digits(text))))


def sides_named_in(text: str) -> frozenset[str]:
    """The sides that `text` names: lighter, heavier, the middle, and of energy high and low."""
    return _sides_in(text, _ENERGY.find(text) is not None)


def _in_digits(text: str) -> str:
    return _SPELLED_OUT.replaced(text, lambda word: str(_VALUES[word]))


def _uncounted(text: str, cited: Facts, brief: Brief) -> str | None:
    """What says how many, or which one, without a count that could be it."""
    found = UNCOUNTED.find(text) or HOW_OFTEN.find(_ASKED.sub(" ", text) if "?" in text else text)
    if found is None and not any(point.key == _FIRST_WEEK for point in brief.points):
        found = FIRST.find(text)
    if found is None and (nth := NTH.find(text)) is not None:
        landmarks = {dict(fact.shown).get("landmark") for fact in cited}
        found = None if int(nth[:-2]) in landmarks else nth
    return found


def _other_month(text: str, brief: Brief) -> str | None:
    """A month named that the period does not touch."""
    named = _MONTH.findall(text)
    if not named:
        return None
    months = {day.strftime("%B") for day in (brief.period.first, brief.period.last)}
    return next((name for name in named if name not in months), None)


def _clauses(statements: Iterable[str]) -> Iterator[_Clause]:
    """The clauses of a text, each with its own names and sides, or with those of the nearest that has any."""
    last: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for statement in statements:
        parts, usual, names = _CLAUSE.split(statement), False, frozenset[str]()
        energy = _ENERGY.find(statement) is not None
        all_own = [(subjects_in(part), _sides_in(part, energy)) for part in parts]
        for following, (part, own) in enumerate(zip(parts, all_own, strict=True), start=1):
            usual = usual or _BEFORE.find(part) is not None
            lent = not any(own) and following < len(parts) and not _DIGIT.search(parts[following])
            near = all_own[following] if lent else own
            last = near if any(near) else last
            names = near[0] or names
            yield _Clause(part, last[0] or (names if last[1] else last[0]), last[1], usual)


def _sides_in(text: str, energy: bool) -> frozenset[str]:
    found = (_SIDE_OF[word[0]] for word in _SIDE.finditer(text))
    return frozenset(name for name in found if energy or name not in ("high", "low"))


def _faults(clause: _Clause, cited_counts: Counts, cited: Facts, brief: Brief) -> Iterator[str]:
    counts = list(_fitting(clause, cited_counts))
    for match in _MENTION.finditer(clause.text):
        after = clause.text[match.end() :]
        if match["part"]:
            held = any((n.part, n.whole) == (int(match["part"]), int(match["whole"])) for n in counts)
        elif match["all"]:
            held = any(n.part == n.whole == int(match["all"]) for n in counts)
        elif match["of"]:
            held = int(match["of"]) in {n.whole for n in cited_counts if n.usual == clause.usual}
        else:
            held = _is_time(match["digits"], after, cited, brief) or _is_count(match, after, counts, clause, cited)
        if not held:
            yield match[0]
    for words, holds in SHARES:
        found = words.find(clause.text)
        if found is not None and not any(n.whole and holds(n.part, n.whole) for n in counts):
            yield found


def _is_count(match: re.Match[str], after: str, counts: list[_Count], clause: _Clause, cited: Facts) -> bool:
    digits = match["digits"]
    if "." in digits or "," in digits:
        hundredths = round(float(digits.replace(",", ".")) * HUNDREDTHS)
        return any(hundredths in (fact.value, fact.low, fact.high) for fact in cited)
    value = int(digits)
    if match["unit"]:
        return any(n.whole and round(100 * n.part / n.whole) == value for n in counts)
    if re.match(r" days?\b", after):
        return any(n.name == "days" and n.part == value for n in counts)
    if any(n.part == value and n.name != "days" for n in counts):
        return True
    return not clause.names and not clause.sides and value in {n.whole for n in counts}


def _is_time(digits: str, after: str, cited: Facts, brief: Brief) -> bool:
    if re.match(r"(?:-| )days?\b", after):
        return digits == str(brief.period.days)
    weeks = re.match(r"(?:-| )weeks?\b", after)
    return weeks is not None and any(fact.usual_days and digits == str(fact.usual_days // 7) for fact in cited)


def _fitting(clause: _Clause, cited_counts: Counts) -> Iterator[_Count]:
    """The counts that a clause may show."""
    fitting = [n for n in cited_counts if n.usual == clause.usual]
    if clause.sides:
        fitting = [n for n in fitting if all(n.name in _SIDES[side][1] for side in clause.sides)]
        named = [n for n in fitting if n.subject in clause.names]
        yield from named or fitting
    else:
        unsided = [n for n in fitting if n.name not in _SIDED]
        yield from (n for n in unsided if not clause.names or n.subject in clause.names)


def _counts(cited: Facts) -> Iterator[_Count]:
    for fact in cited:
        shown = dict(fact.shown)
        for full, value in shown.items():
            usual = full.startswith(_USUAL)
            prefix, name = (_USUAL, full.removeprefix(_USUAL)) if usual else ("", full)
            total, count = shown.get(prefix + "total"), shown.get(prefix + "count")
            if name.startswith("with:"):
                yield _Count(name, name.removeprefix("with:"), value, count, usual)
            elif name == "count" or name in _SIDED:
                whole = count if name in _OF_COUNT and count is not None else total
                yield _Count(name, fact.subject, value, whole, usual)
            elif name in _ALONE:
                yield _Count(name, fact.subject, value, None, usual)


def _in_period(text: str, brief: Brief) -> bool:
    numbers_in_date = {int(number) for number in re.findall(r"\d+", text)}
    period = brief.period
    days = {day.day for day in period} | {period.first.year, period.last.year}
    months = {day.strftime("%B") for day in period}
    return numbers_in_date <= days and any(month in text for month in months)
