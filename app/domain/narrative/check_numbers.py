"""Whether every count in a text is the count of what the text says it counts, in the time it says it of.

Reads clause by clause and judges no words; what it cannot bind to a cited integer is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.narrative.brief import HUNDREDTHS, Brief, Fact
from app.domain.narrative.check_grounding import subjects_in
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
_SPELLED_OUT = re.compile(rf"\b(?:{_WORDS}|one(?= (?:of|in|out|day|time|week|session)))\b", re.IGNORECASE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CALENDAR = re.compile(rf"(?:(?:{_MONTHS}) \d{{1,2}}|\d{{1,2}} (?:{_MONTHS}))(?: \d{{4}})?|(?:{_MONTHS}) \d{{4}}")
_NEVER_GROUNDED = re.compile(
    r"\b(?:twice|thrice|double[ds]?|tripl\w+|dozens?|quarters?|(?:a|one|two) thirds?|always|never"
    r"|(?:nearly|almost) (?:every|all)|many of|many (?:sessions|days|times)|several|a few (?:sessions|of|days|times)"
    r"|hardly any|every (?:time|session|day|evening|morning)|nobody else|everyone|percent\w*)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?:most (?:of|sessions)|majority)\b", re.IGNORECASE)
_HALF = re.compile(r"\bhalf\b", re.IGNORECASE)
_ALL = re.compile(r"\ball (?:\d+|of (?:them|your|the)|sessions)\b", re.IGNORECASE)

_STATEMENT = re.compile(r"(?<=[.?])\s+|;\s+")
_CLAUSE = re.compile(r",\s+|:\s+|\s+(?:and|but|while|whereas)\s+|\s+(?=against\b)")
_BEFORE = re.compile(r"\b(?:in|over|during|for) the (?:\d+ )?(?:weeks?|months?) before\b|\bagainst\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:no|not|\w+n['\u2019]t|never|without|neither|nor|hardly"
    r"|except|absent|missing|lack\w*|gone|free of|other than)\b",
    re.IGNORECASE,
)
_THE = r"(?:the |those |these |your |them |all )*"
_MENTION = re.compile(
    rf"\b(?P<part>\d+)(?:(?: \w+)? (?:out )?of {_THE}| in )(?P<whole>\d+)\b|\ball (?:of )?{_THE}(?P<all>\d+)\b"
    rf"|\bof {_THE}(?P<of>\d+)\b|(?P<digits>\d+(?:[.,]\d+)?)(?P<unit>\s?(?:%|per ?cent))?",
    re.IGNORECASE,
)
_SIDES: Mapping[str, tuple[re.Pattern[str], frozenset[str]]] = {
    name: (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), frozenset(parts))
    for name, words, parts in (
        ("lighter", r"lighter|easier|brighter|better", ("lighter", "lifted")),
        ("heavier", r"heavier|heavy|harder|darker|worse", ("heavier", "lowered")),
        ("middle", r"middle", ("middle",)),
        ("high", r"high", ("lively",)),
        ("low", r"low", ("quiet",)),
    )
}
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
        for date in _CALENDAR.finditer(sentence.text):
            if not _in_period(date[0], brief):
                return f"text {place}: {date[0]} is outside the period"
        text = _SPELLED_OUT.sub(lambda word: str(_VALUES[word[0].lower()]), _CALENDAR.sub(" ", sentence.text))
        refused = _NEVER_GROUNDED.search(text)
        if refused:
            return f"text {place}: {refused[0]} is no count"
        for statement in _STATEMENT.split(text):
            negated = _NEGATED.search(statement)
            if negated and re.search(r"\d", statement):
                return f"text {place}: {negated[0]} turns a count around"
        for clause in _clauses(text):
            found = next(_faults(clause, cited, brief), None)
            if found is not None:
                return f"text {place}: {found} is not among the cited counts of this"
    return None


def _clauses(text: str) -> Iterator[_Clause]:
    """The clauses of `text`, each with its own names and sides, or with those of the nearest that has any."""
    last: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for statement in _STATEMENT.split(text):
        parts, usual, names = _CLAUSE.split(statement), False, frozenset[str]()
        energy = re.search(r"\benergy\b", statement, re.IGNORECASE) is not None
        for part, following in zip(parts, (*parts[1:], "0"), strict=True):
            usual = usual or _BEFORE.search(part) is not None
            own = subjects_in(part), _sides_in(part, energy)
            if not any(own) and not re.search(r"\d", following):
                own = subjects_in(following), _sides_in(following, energy)
            last = own if any(own) else last
            names = own[0] or names
            yield _Clause(part, last[0] or (names if last[1] else last[0]), last[1], usual)


def _sides_in(text: str, energy: bool) -> frozenset[str]:
    found = (name for name, (pattern, _) in _SIDES.items() if pattern.search(text))
    return frozenset(name for name in found if energy or name not in ("high", "low"))


def _faults(clause: _Clause, cited: Facts, brief: Brief) -> Iterator[str]:
    counts = list(_fitting(clause, cited))
    for match in _MENTION.finditer(clause.text):
        after = clause.text[match.end() :]
        if match["part"]:
            held = any((n.part, n.whole) == (int(match["part"]), int(match["whole"])) for n in counts)
        elif match["all"]:
            held = any(n.part == n.whole == int(match["all"]) for n in counts)
        elif match["of"]:
            held = int(match["of"]) in {n.whole for n in _counts(cited) if n.usual == clause.usual}
        else:
            held = _is_time(match["digits"], after, cited, brief) or _is_count(match, after, counts, clause, cited)
        if not held:
            yield match[0]
    rules: tuple[tuple[re.Pattern[str], Callable[[int, int], bool]], ...] = (
        (_MOST, lambda part, whole: 2 * part > whole),
        (_HALF, lambda part, whole: 2 * part == whole),
        (_ALL, lambda part, whole: part == whole),
    )
    for pattern, holds in rules:
        found = pattern.search(clause.text)
        if found and not any(n.whole and holds(n.part, n.whole) for n in counts):
            yield found[0]


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


def _fitting(clause: _Clause, cited: Facts) -> Iterator[_Count]:
    """The counts that a clause may show."""
    fitting = [n for n in _counts(cited) if n.usual == clause.usual]
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
