"""Two revisions of the weekly card are compared blindly: nobody is told a side or a score until it is closed."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from graphql import GraphQLObjectType

from app.domain.access import Role
from app.wiring import Spectrum
from graphql_schema.schema import build_schema
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import JUNE, take, who, work_off

PEOPLE = 24
REVIEWERS = ("ada", "bela", "cleo")
FOR_B, TIE = 0.65, 0.1
TRUTH = FOR_B + TIE / 2
FAR = 0.17
"""Five standard errors of a share of some 220 judgements; the interval itself misses the truth one time in twenty."""
A, B = ("UHJvbXB0UmV2aXNpb246d2Vla2x5LWNhcmRAMQ", "UHJvbXB0UmV2aXNpb246d2Vla2x5LWNhcmRAMg")
"""PromptRevision:weekly-card@1 and @2."""
RUBRIC = "UnVicmljOndyaXRpbmdAMQ"
"""Rubric:writing@1."""

OPEN = """mutation($input: OpenBlindReviewInput!) { openBlindReview(input: $input) {
  userErrors { code field } review { id title status pairs judged note result { decision } } } }"""
NEXT = """query($id: ID!) { ops { nextBlindPair(reviewId: $id) { token left { headline body } right { headline body }
  evidence { metric label subject value { value low high sampleCount } period { timeZone } comparison { direction } }
  rubric { id criteria { key } } } } }"""
JUDGE = """mutation($input: JudgeBlindPairInput!) { judgeBlindPair(input: $input) {
  userErrors { code field } remaining } }"""
CLOSE = """mutation($id: ID!) { closeBlindReview(input: {reviewId: $id}) {
  userErrors { code } review { status result { decision } } } }"""
LIST = """{ ops { blindReviews(first: 10) { nodes { id status pairs judged note
  result { a { name } b { name } winsA winsB ties decision agreement { alpha raters items }
    preferB { numerator denominator rate low high suppressed } leftRate { numerator denominator rate low high }
    swapConsistency { numerator denominator rate } } } } } }"""


@dataclass
class Desk:
    """The team at work: who asks what, and which text is whose is looked up behind their backs."""

    client: Client
    owner: Any
    sides: set[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=set)

    async def ask(self, document: str, variables: Any = None, *, who: str = "admin", role: Role = Role.ADMIN) -> Any:
        """The `data` of a call of one of the team."""
        answer = await self.client.post(document, variables, subject=who, roles=(role,), path="/ops/graphql")
        assert "errors" not in answer, answer
        return answer["data"]

    async def open(self, **changed: Any) -> Any:
        """Ask for a review."""
        given = {"title": "Which card", "a": A, "b": B, "pairs": 60, "reviewersPerPair": 3, "rubricId": RUBRIC}
        return (await self.ask(OPEN, {"input": given | changed}))["openBlindReview"]

    async def next_for(self, review: str, reviewer: str) -> Any:
        """Give the pair that a reviewer is shown."""
        return (await self.ask(NEXT, {"id": review}, who=reviewer, role=Role.REVIEWER))["ops"]["nextBlindPair"]

    async def judge(self, reviewer: str, **given: Any) -> Any:
        """Say something of a pair."""
        return (await self.ask(JUDGE, {"input": given}, who=reviewer, role=Role.REVIEWER))["judgeBlindPair"]

    async def look(self, review: str) -> Any:
        """Give the review as the team sees it."""
        listed = (await self.ask(LIST, role=Role.ANALYST))["ops"]["blindReviews"]["nodes"]
        return next(each for each in listed if each["id"] == review)

    async def judge_one(self, review: str, reviewer: str, shown: list[str]) -> bool:
        """Judge the next pair as someone who likes B better, by a lot that is theirs and the texts'; False: none left.

        On which side B was is noted in `shown`.
        """
        pair = await self.next_for(review, reviewer)
        if pair is None:
            return False
        left, right = ((pair[side]["headline"], *pair[side]["body"]) for side in ("left", "right"))
        assert ((left, right) in self.sides) != ((right, left) in self.sides), "one of the two is B's"
        side_of_b = "RIGHT" if (left, right) in self.sides else "LEFT"
        lot = Random(f"{reviewer}|{sorted((left, right))}").random()
        choice = side_of_b if lot < FOR_B else "TIE" if lot < FOR_B + TIE else {"LEFT": "RIGHT"}.get(side_of_b, "LEFT")
        shown.append(side_of_b)
        answer = await self.judge(reviewer, token=pair["token"], choice=choice)
        assert answer["userErrors"] == []
        return True


def _life(key: str, seed: int) -> list[Any]:
    lot, sent = Random(seed), []
    for day in range(0, 21, lot.choice((1, 2))):
        texts = [lot.choice((HEAVY, LIGHT)), lot.choice((HEAVY, LIGHT))][: lot.choice((1, 2))]
        sent.append(session(key, JUNE + timedelta(days=day, hours=lot.randrange(10)), *texts))
    return sent


@pytest.fixture(scope="module")
async def crowd(spectrum: Spectrum, owner: Any) -> list[str]:
    """Give people with three published weeks each."""
    keys = [f"someone-{number}" for number in range(PEOPLE)]
    await take(spectrum, *(each for number, key in enumerate(keys) for each in _life(key, number)))
    await work_off(spectrum, owner)
    return keys


@pytest.fixture
async def desk(client: Client, owner: Any) -> Desk:
    """Give the team's desk."""
    return Desk(client, owner)


async def _filled(spectrum: Spectrum, desk: Desk, **changed: Any) -> str:
    review: str = (await desk.open(**changed))["review"]["id"]
    await work_off(spectrum, desk.owner)
    text = "ARRAY(SELECT c->>'text' FROM jsonb_array_elements({}) c)"
    rows = await desk.owner.fetch(f"SELECT {text.format('text_a')} AS a, {text.format('text_b')} AS b FROM blind_pair")
    desk.sides |= {(tuple(row["a"]), tuple(row["b"])) for row in rows}
    return review


async def test_too_few_people_make_no_pair(spectrum: Spectrum, desk: Desk) -> None:
    """While fewer than twenty have a text that fits, there is nothing to judge, and the review says so."""
    review = await _filled(spectrum, desk)
    found = await desk.look(review)
    assert (found["pairs"], found["status"], found["note"][:20]) == (0, "OPEN", "Fewer than 20 people")
    assert await desk.next_for(review, "ada") is None


async def test_a_review_from_its_opening_to_its_result(
    spectrum: Spectrum, desk: Desk, owner: Any, crowd: list[str]
) -> None:
    """Three reviewers judge all there is, one person leaves in the middle, and what they prefer is found."""
    review = await _filled(spectrum, desk, pairs=150)
    begun = await desk.look(review)
    assert 60 <= begun["pairs"] < 150
    assert begun["note"] == f"{begun['pairs']} of 150 pairs: no more texts fit."
    shown: dict[str, list[str]] = {name: [] for name in REVIEWERS}
    for _ in range(20):
        for name in REVIEWERS:
            assert await desk.judge_one(review, name, shown[name])
    assert (await desk.look(review))["result"] is None
    await _leave(spectrum, desk, crowd[3])
    while any([await desk.judge_one(review, name, shown[name]) for name in REVIEWERS]):
        assert (await desk.look(review))["result"] is None
    done = await desk.look(review)
    assert (done["status"], done["judged"], done["result"]) == ("DECIDED", done["pairs"], None)
    assert done["pairs"] < begun["pairs"]
    for name in REVIEWERS:
        assert 0.4 < Counter(shown[name])["LEFT"] / len(shown[name]) < 0.6
    closed = (await desk.ask(CLOSE, {"id": review}))["closeBlindReview"]
    assert closed == {"userErrors": [], "review": {"status": "CLOSED", "result": None}}
    await work_off(spectrum, owner)
    result = (await desk.look(review))["result"]
    assert (result["a"]["name"], result["b"]["name"]) == ("weekly-card@1", "weekly-card@2")
    assert result["winsA"] + result["winsB"] + result["ties"] == 3 * done["pairs"] == result["preferB"]["denominator"]
    assert result["preferB"]["low"] < TRUTH < result["preferB"]["high"]
    assert result["preferB"]["low"] > 0.5
    assert result["decision"].startswith("B is preferred: ")
    twice = await owner.fetchval("SELECT count(*) FROM blind_pair WHERE repeats IS NOT NULL")
    assert result["swapConsistency"] == {"numerator": 3 * twice, "denominator": 3 * twice, "rate": 1.0}
    left = result["leftRate"]
    assert left["low"] < left["rate"] < left["high"]
    assert abs(left["rate"] - 0.5) < FAR, "sides are drawn anew for each review"
    assert (result["agreement"]["raters"], result["agreement"]["items"]) == (3, done["pairs"])
    assert (await desk.ask(CLOSE, {"id": review}))["closeBlindReview"]["userErrors"] == [{"code": "ALREADY_DONE"}]


async def _leave(spectrum: Spectrum, desk: Desk, key: str) -> None:
    """Let someone be erased: what is theirs of a review goes, too."""
    person_id = who(spectrum, key)
    kept = "SELECT count(*) FROM blind_pair WHERE person_id = $1"
    assert await desk.owner.fetchval(kept, person_id) > 0
    erase = "mutation($key: String!) { erasePerson(input: {subjectKey: $key}) { userErrors { code } } }"
    await desk.client.team(erase, {"key": key})
    await work_off(spectrum, desk.owner)
    assert await desk.owner.fetchval(kept, person_id) == 0
    said = "SELECT count(*) FROM blind_judgement WHERE person_id = $1"
    assert await desk.owner.fetchval(said, person_id) == 0


async def test_a_token_is_its_reviewers_and_holds_once(spectrum: Spectrum, desk: Desk, crowd: list[str]) -> None:
    """Another's token, a changed one, and one of a closed review are refused; again on the same changes nothing."""
    assert crowd
    review = await _filled(spectrum, desk, pairs=30)
    pair = await desk.next_for(review, "ada")
    token, keys = pair["token"], [each["key"] for each in pair["rubric"]["criteria"]]
    scores = [{"key": key, "score": 4} for key in keys]
    told = {"token": token, "choice": "LEFT", "left": scores, "right": scores, "flagsRight": ["UNCLEAR"]}

    async def refused(name: str, **changed: Any) -> list[str]:
        return [error["code"] for error in (await desk.judge(name, **(told | changed)))["userErrors"]]

    assert await refused("bela") == ["NOT_FOUND"]
    for changed in (token[:-1] + "x", "0" * len(token), token[2:], "", token + "00"):
        assert await refused("ada", token=changed) == ["NOT_FOUND"]
    assert await refused("ada", left=scores[1:]) == ["INVALID"]
    assert await refused("ada", right=None) == ["REQUIRED"]
    assert await refused("ada", left=scores + scores) == ["INVALID"]
    assert await refused("ada", flagsLeft=["She is my neighbour"]) == ["INVALID"]
    kept = (
        "SELECT choice, flags_left, flags_right FROM blind_judgement"
        " WHERE review_id = (SELECT max(id::text)::uuid FROM blind_review)"
    )
    assert await desk.owner.fetch(kept) == []
    assert await refused("ada") == []
    assert await refused("ada", choice="RIGHT") == ["ALREADY_DONE"]
    assert [tuple(row) for row in await desk.owner.fetch(kept)] == [("LEFT", [], ["UNCLEAR"])]
    late = await desk.next_for(review, "ada")
    assert late["token"] != token
    await desk.ask(CLOSE, {"id": review})
    assert await refused("ada", token=late["token"]) == ["CONFLICT"]
    assert await desk.next_for(review, "ada") is None
    await work_off(spectrum, desk.owner)
    assert (await desk.look(review))["result"]["decision"].startswith("Too few pairs were judged")


async def test_only_two_revisions_of_one_prompt_can_be_compared(desk: Desk) -> None:
    """What cannot be compared, and a size that says nothing, is refused by name."""
    for changed, code, place in (
        ({"b": A}, "INVALID", "b"),
        ({"b": "UHJvbXB0UmV2aXNpb246bW9udGhseS1uYXJyYXRpdmVAMg"}, "INVALID", "b"),
        ({"a": "nothing"}, "NOT_FOUND", "a"),
        ({"pairs": 29}, "OUT_OF_RANGE", "pairs"),
        ({"pairs": 501}, "OUT_OF_RANGE", "pairs"),
        ({"reviewersPerPair": 6}, "OUT_OF_RANGE", "reviewersPerPair"),
        ({"title": "  "}, "OUT_OF_RANGE", "title"),
        ({"rubricId": A}, "NOT_FOUND", "rubricId"),
    ):
        answer = await desk.open(**changed)
        assert answer == {"userErrors": [{"code": code, "field": ["input", place]}], "review": None}


async def test_who_is_shown_a_pair_is_shown_nobody(
    spectrum: Spectrum, desk: Desk, owner: Any, crowd: list[str]
) -> None:
    """The numbers of both texts are there; no id, day's zone or side of anybody is, in the open or in the token."""
    review = await _filled(spectrum, desk, pairs=30)
    pair = await desk.next_for(review, "cleo")
    assert pair["evidence"]
    assert {each["period"]["timeZone"] for each in pair["evidence"]} == {"UTC"}
    text = str(pair)
    for key in crowd:
        assert str(who(spectrum, key)) not in text
        assert who(spectrum, key).hex not in text
    for row in await owner.fetch("SELECT id FROM blind_pair"):
        assert row["id"].hex not in text
    assert "weekly-card" not in text


def test_no_field_tells_a_running_score() -> None:
    """Only the result, which is null before, holds counts by side; what a judgement answers is what is left to do."""
    schema = build_schema(team=True)._schema
    fields = {}
    for name in ("BlindReview", "JudgePayload", "BlindPair", "BlindText"):
        type_ = schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        fields[name] = set(type_.fields)
    assert fields == {
        "BlindReview": {"id", "title", "status", "createdAt", "pairs", "judged", "note", "result"},
        "JudgePayload": {"userErrors", "remaining"},
        "BlindPair": {"token", "evidence", "left", "right", "rubric"},
        "BlindText": {"headline", "body"},
    }
    holders = [
        (type_.name, name)
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, each in type_.fields.items()
        if "BlindReviewResult" in str(each.type)
    ]
    assert holders == [("BlindReview", "result")]
