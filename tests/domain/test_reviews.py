"""Who is shown which pair next, and on which side: drawn secretly, evenly, and the same every time."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.reviews import FLAGS, Judged, Keyed, Pair, Standing, a_is_left, choose_repeats, faults_of_flags

COUNTS = st.integers(1, 60)
SEEDS = st.integers(0, 10_000)


def _keyed(seed: int) -> Keyed:
    return lambda text: hashlib.sha256(f"{seed}|{text}".encode()).digest()


def _pairs(count: int, seed: int) -> list[Pair]:
    firsts = [Pair(UUID(int=number + 1), number) for number in range(count)]
    drawn = choose_repeats(count, _keyed(seed))
    again = [Pair(UUID(int=1_000 + place), count + place, firsts[number].id) for place, number in enumerate(drawn)]
    return firsts + again


@given(COUNTS, SEEDS)
def test_half_of_the_pairs_have_a_on_the_left(count: int, seed: int) -> None:
    """For every rater exactly half are so, the odd one by lot; asked again the answer is the same."""
    for rater in ("0a", "0b"):
        left = [a_is_left(number, rater, count, _keyed(seed)) for number in range(count)]
        assert abs(2 * sum(left) - count) <= 1
        assert left == [a_is_left(number, rater, count, _keyed(seed)) for number in range(count)]


def test_sides_follow_the_key_and_the_rater_alone() -> None:
    """Another key or another rater has other sides; over many keys each pair is on either side equally often."""
    sides = {(seed, rater): tuple(a_is_left(n, rater, 40, _keyed(seed)) for n in range(40))
             for seed in range(50) for rater in ("0a", "0b")}  # fmt: skip
    assert len(set(sides.values())) == 100
    for number in range(40):
        assert 30 <= sum(left[number] for left in sides.values()) <= 70


@given(COUNTS, SEEDS)
def test_a_tenth_comes_back(count: int, seed: int) -> None:
    """A tenth of the pairs, rounded up, different ones, drawn by the key."""
    drawn = choose_repeats(count, _keyed(seed))
    assert len(set(drawn)) == len(drawn) == -(-count // 10)
    assert set(drawn) <= set(range(count))


def _judge_all(pairs: Sequence[Pair], raters: Sequence[str], reviewers: int, keyed: Keyed) -> list[Judged]:
    """Let raters take turns until nobody is given a pair any more."""
    judged: list[Judged] = []
    while True:
        before = len(judged)
        for rater in raters:
            chosen = Standing(pairs, judged, reviewers).next_for(rater, keyed)
            if chosen is not None:
                judged.append(Judged(chosen.id, rater))
        if len(judged) == before:
            return judged


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 14), st.integers(1, 4), st.integers(1, 5), SEEDS)
def test_a_review_comes_to_its_end(count: int, raters: int, reviewers: int, seed: int) -> None:
    """Nobody judges twice, nobody more than are needed; with raters enough all is judged, and then it is decided."""
    pairs, names = _pairs(count, seed), [f"{number:02x}" for number in range(raters)]
    judged = _judge_all(pairs, names, reviewers, _keyed(seed))
    assert len(set(judged)) == len(judged)
    standing = Standing(pairs, judged, reviewers)
    for pair in standing.first_showings:
        assert sum(each.pair == pair.id for each in judged) == min(raters, reviewers)
    assert standing.is_decided == (raters >= reviewers)
    assert standing.done == (count if raters >= reviewers else 0)
    for place in range(len(judged)):
        assert not Standing(pairs, judged[:place], reviewers).is_decided


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(1, 4), SEEDS)
def test_a_pair_never_comes_back_at_once(count: int, raters: int, seed: int) -> None:
    """A repeat goes to who judged its first showing, with other pairs in between, twenty for one alone."""
    pairs, names = _pairs(count, seed), [f"{number:02x}" for number in range(raters)]
    judged = _judge_all(pairs, names, raters, _keyed(seed))
    for name in names:
        mine = [each.pair for each in judged if each.rater == name]
        for pair in pairs:
            if pair.repeats is not None and pair.id in mine:
                assert mine.index(pair.id) - mine.index(pair.repeats) >= 2
                if count >= 30 and raters == 1:
                    assert mine.index(pair.id) - mine.index(pair.repeats) > 20


def test_what_was_judged_least_comes_first() -> None:
    """The second of two raters begins with what the first has not judged."""
    pairs = _pairs(10, 1)
    first = [Judged(pair.id, "0a") for pair in pairs[:6]]
    chosen = Standing(pairs, first, 2).next_for("0b", _keyed(1))
    assert chosen is not None
    assert chosen in pairs[6:10]


def test_a_review_without_pairs_is_never_decided() -> None:
    """Nothing to judge is not the same as all judged."""
    empty = Standing([], [], 2)
    assert not empty.is_decided
    assert (empty.done, empty.left_for("0a"), empty.next_for("0a", _keyed(1))) == (0, 0, None)


def test_flags_are_of_a_closed_list() -> None:
    """Words of one's own, or the same twice, are not taken."""
    assert not faults_of_flags([])
    assert not faults_of_flags(FLAGS)
    assert faults_of_flags(["She wrote about her sister"])
    assert faults_of_flags([FLAGS[0], FLAGS[0]])
