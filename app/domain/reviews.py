"""Blinded reviews of two prompt revisions: who is shown which pair next, on which side, and when all is judged.

Draws nothing by itself: chance comes in as a keyed hash, which is secret and gives the same answer every time. Counts
no preferences; that is a report's, and nobody's before a review is closed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import UUID

Keyed = Callable[[str], bytes]
"""A hash under a secret key."""

FEWEST_PAIRS = 30
"""Without so many judged ones nothing is concluded: of 15, 7 reviews in 100 find what is not there, of 30, 4."""
MOST_PAIRS = 500
MOST_REVIEWERS = 5
A_TENTH = 10
SOON = 20
"""A pair comes back after so many others, or earlier when nothing else is left; never right after itself."""
FLAGS = ("WRONG_NUMBER", "UNKIND", "UNSAFE", "UNCLEAR", "ODD_WORDING")
"""What a reviewer may point at: a closed list, since words of the team's could carry a person's along."""


class ReviewStatus(StrEnum):
    """DECIDED: all is judged, and it can be closed; CLOSED: its result is computed."""

    OPEN = "OPEN"
    DECIDED = "DECIDED"
    CLOSED = "CLOSED"


class Choice(StrEnum):
    """What a reviewer says of two texts."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"
    TIE = "TIE"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts over one brief; `repeats` is the pair that it shows again with the sides swapped."""

    id: UUID
    number: int
    repeats: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """That someone judged a pair. What they said is not for the rules here."""

    pair: UUID
    rater: str


@dataclass(frozen=True)
class Standing:
    """A review under way: its pairs, and who judged which, oldest first. `reviewers` judge each pair."""

    pairs: Sequence[Pair]
    judged: Sequence[Judged]
    reviewers: int

    def next_for(self, rater: str, keyed: Keyed) -> Pair | None:
        """The pair that `rater` is to judge now, None when there is none for them.

        What was judged least comes first, and among those what will come back; the rest is drawn by `keyed`.
        """
        fit = [pair for pair in self.pairs if self._is_for(pair, rater)]
        return min(fit, key=lambda pair: (*self._order(pair, rater), keyed(f"{rater}|{pair.id}")), default=None)

    @property
    def first_showings(self) -> Sequence[Pair]:
        """Pairs that repeat no other."""
        return [pair for pair in self.pairs if pair.repeats is None]

    @property
    def done(self) -> int:
        """How many pairs everyone has judged who was to; repeats are not counted."""
        return sum(self._raters_of[pair.id] >= self.reviewers for pair in self.first_showings)

    def left_for(self, rater: str) -> int:
        """How many pairs `rater` may still judge, those that come back included."""
        mine = self._places[rater]
        return sum(
            pair.id not in mine
            and (pair.repeats in mine if pair.repeats else self._raters_of[pair.id] < self.reviewers)
            for pair in self.pairs
        )

    @property
    def is_decided(self) -> bool:
        """Whether every pair is judged by as many as were asked for, and came back to whom it can come back."""
        if not self.pairs or self.done < len(self.first_showings):
            return False
        return not any(self._is_for(pair, rater) for pair in self.pairs if pair.repeats for rater in self._places)

    def _is_for(self, pair: Pair, rater: str) -> bool:
        mine = self._places[rater]
        if pair.id in mine:
            return False
        if pair.repeats is None:
            return self._raters_of[pair.id] < self.reviewers
        return pair.repeats in mine and self._since(pair.repeats, rater) > 0

    def _order(self, pair: Pair, rater: str) -> tuple[bool, int, bool]:
        if pair.repeats is not None:
            return self._since(pair.repeats, rater) < SOON, 0, False
        return False, self._raters_of[pair.id], pair.id not in self._repeated

    def _since(self, pair: UUID, rater: str) -> int:
        """How many pairs `rater` judged after this one."""
        return len(self._places[rater]) - 1 - self._places[rater][pair]

    @cached_property
    def _places(self) -> Mapping[str, Mapping[UUID, int]]:
        found: defaultdict[str, dict[UUID, int]] = defaultdict(dict)
        for each in self.judged:
            found[each.rater][each.pair] = len(found[each.rater])
        return found

    @cached_property
    def _raters_of(self) -> Mapping[UUID, int]:
        return Counter(each.pair for each in self.judged)

    @cached_property
    def _repeated(self) -> frozenset[UUID]:
        return frozenset(pair.repeats for pair in self.pairs if pair.repeats)


def choose_repeats(count: int, keyed: Keyed) -> tuple[int, ...]:
    """Which of `count` pairs, by number from 0, come back swapped: a tenth, rounded up, drawn by `keyed`."""
    drawn = sorted(range(count), key=lambda number: keyed(f"repeat|{number}"))
    return tuple(sorted(drawn[: -(-count // A_TENTH)]))


def a_is_left(number: int, rater: str, count: int, keyed: Keyed) -> bool:
    """Whether `rater` sees A on the left in the pair `number` (0..count-1) that is shown for the first time.

    Of all pairs of a review exactly half are so for each rater, the odd one by lot: which half is drawn by `keyed`.
    A pair that comes back has its sides the other way round.
    """
    drawn = sorted(range(count), key=lambda each: keyed(f"{rater}|{each}"))
    half = (count + (count % 2 and keyed(rater)[0] % 2)) // 2
    return number in drawn[:half]


def faults_of_flags(flags: Sequence[str]) -> bool:
    """Whether something in `flags` is not of the list, or stands there twice."""
    return len(set(flags)) < len(flags) or not set(flags) <= set(FLAGS)
