"""What is refused, how it is said, and that no answer repeats what was sent."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from graphql import GraphQLError

from app.domain.access import Role
from app.wiring import Spectrum
from graphql_schema.redaction import redacted
from tests.client import Client, session

TEAM: dict[str, Any] = {"subject": "team", "roles": (Role.SERVICE, Role.OPERATOR), "path": "/ops/graphql"}
SECRET = "Nobody must ever read this sentence."
NIL = "00000000-0000-0000-0000-000000000000"


def _codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer["errors"]}


def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


def _id(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


LISTS = {
    "session": "{ viewer { sessions(first: $first, after: $after) { totalCount } } }",
    "exclusion": "{ viewer { exclusions(first: $first, after: $after) { totalCount } } }",
    "operation": "{ viewer { operations(first: $first, after: $after) { nodes { id } } } }",
    "insight": "{ viewer { spectrum { insightFeed(first: $first, after: $after) { emptyReason } } } }",
    "job": "{ ops { jobs(first: $first, after: $after) { totalCount } } }",
}


@pytest.mark.parametrize("name", LISTS)
async def test_every_list_refuses_a_page_that_is_none(client: Client, person: str, name: str) -> None:
    """A page size outside 1..100 and any cursor that is not of this list are BAD_USER_INPUT, never INTERNAL."""
    document = f"query($first: Int!, $after: String) {LISTS[name]}"
    caller = TEAM if name == "job" else {"subject": person}
    cursors = [
        "x",
        "é",
        "",
        "%00",
        _cursor(name),
        _cursor("elsewhere", NIL),
        _cursor(name, "2026-07-01", 10**18, NIL),
        _cursor(name, "2026-07-01", -1, NIL),
        _cursor(name, "0001-01-01T00:00:00+14:00", NIL),
        _cursor(name, "yesterday", NIL),
        _cursor(name, "x"),
        _cursor(name, "x", "y", "z"),
        base64.urlsafe_b64encode(b"5").decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
    ]
    for first, after in [(0, None), (-1, None), (101, None), *((10, cursor) for cursor in cursors)]:
        answer = await client.post(document, {"first": first, "after": after}, **caller)
        assert _codes(answer) == {"BAD_USER_INPUT"}, (first, after, answer)


async def test_ids_that_name_nothing_are_null(client: Client, person: str) -> None:
    """Whatever is given as an id, the answer is null and no failure."""
    names = [
        *("", "x", ":", "Session:", f"Session:{NIL}", "Session:\0", "Nothing:1", f"Insight:{NIL}", "Evidence:x"),
        *(f"Evidence:{NIL}.0.0", f"ResetOperation:{NIL}", f"DeletionReceipt:{NIL}", f"Exclusion:{NIL}"),
        *(f"Viewer:{NIL}", "WeeklySummary:2026-W28", f"WeeklySummary:{NIL}.2026-W28", "MonthlySummary:9999-12"),
        *(f"MonthlySummary:{NIL}.0001-01", "WeeklySummary:.", f"Job:{NIL}"),
    ]
    for id_ in ["é", "=", *map(_id, names)]:
        answer = await client.ask("query($id: ID!) { node(id: $id) { id } }", {"id": id_}, subject=person)
        assert answer == {"node": None}, id_


RANGES = {
    '{dates: {from: "0001-01-01", to: "0001-01-02"}}': "1900 to 2999",
    '{dates: {from: "9999-12-30", to: "9999-12-31"}}': "1900 to 2999",
    '{dates: {from: "2026-07-02", to: "2026-07-01"}}': "must not lie before",
    '{dates: {from: "2024-01-01", to: "2025-01-02"}}': "at most 366 days",
    '{dates: {from: "2026-7-1", to: "2026-07-02"}}': "YYYY-MM-DD",
    '{week: "2026-W54"}': "Invalid week",
    '{week: "0001-W01"}': "1900 to 2999",
    '{week: "9999-W52"}': "1900 to 2999",
    '{week: "2026-28"}': "YYYY-Www",
    '{month: "2026-13"}': "month must be in 1..12",
    '{month: "9999-12"}': "1900 to 2999",
    "{}": "exactly one key",
    '{week: "2026-W28", preset: LAST_7_DAYS}': "exactly one key",
}


@pytest.mark.parametrize(("given", "said"), RANGES.items())
async def test_a_range_that_is_none_is_refused_in_words(client: Client, person: str, given: str, said: str) -> None:
    """Each way to name a period wrongly is answered with what is wrong about it."""
    document = f"{{ viewer {{ spectrum {{ landscape(range: {given}) {{ excludedCount }} }} }} }}"
    answer = await client.post(document, subject=person)
    assert _codes(answer) == {"BAD_USER_INPUT"}, answer
    assert said in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sessionKey": "nonsense"}, "a UUID is written in lower case"),
        ({"sessionKey": "7DF29ECF-74BD-4B05-A00D-D508D1208F15"}, "a UUID is written in lower case"),
        ({"startedAt": "2026-07-01 at nine"}, "an instant is written as in"),
        ({"startedAt": "2026-07-01T09:30:00"}, "an instant needs its offset"),
        ({"endedAt": "9999-12-31T23:59:59-12:00"}, "in UTC"),
        ({"startedAt": 5}, "an instant is written as in"),
        ({"source": "DIARY"}, "none of the values of 'Source'"),
    ],
)
async def test_a_scalar_says_what_it_needs(client: Client, person: str, change: dict[str, Any], said: str) -> None:
    """A value of the wrong form is BAD_USER_INPUT with the place and the right form."""
    given = session(person, datetime(2026, 7, 1, 9, tzinfo=UTC)) | change
    document = "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { sessionId } }"
    answer = await client.post(document, {"input": given}, **TEAM)
    assert _codes(answer) == {"BAD_USER_INPUT"}
    assert said in answer["errors"][0]["message"]
    assert next(iter(change)) in answer["errors"][0]["message"]


async def test_no_error_repeats_what_was_sent(client: Client, person: str) -> None:
    """Whatever is wrong with a session that is handed over, no answer holds a word of it."""
    good = session(person, datetime(2026, 7, 1, 9, tzinfo=UTC), SECRET)
    turn = good["turns"][0]
    variables = "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { userErrors { message } } }"
    wrong = [
        {**good, "mood": 3},
        {**good, SECRET: SECRET},
        {**good, "source": SECRET},
        {**good, "sessionKey": SECRET},
        {**good, "startedAt": SECRET},
        {**good, "timeZone": SECRET},
        {**good, "turns": SECRET},
        {**good, "turns": [{**turn, "index": SECRET}]},
        {**good, "turns": [{**turn, "text": [SECRET]}]},
        {**good, "turns": [{**turn, "text": {"found: ": SECRET}}]},
        {**good, "turns": [{key: value for key, value in turn.items() if key != "kind"}]},
        {**good, "selfRating": {"before": 3}},
    ]
    for given in wrong:
        answer = await client.post(variables, {"input": given}, **TEAM)
        assert "must ever" not in json.dumps(answer), answer
    for document in (
        f'mutation {{ ingestSession(input: {{turns: [{{text: "{SECRET}", index: "{SECRET}"}}]}}) {{ sessionId }} }}',
        f'mutation {{ ingestSession(input: {{source: "{SECRET}"}}) {{ sessionId }} }}',
        f'mutation {{ ingestSession(input: {{source: a "{SECRET}"}}) {{ sessionId }} }}',
        f'mutation {{ ingestSession(input: "{SECRET}") {{ sessionId }} }}',
        f'"{SECRET}"',
        f'mutation {{ ingestSession(input: """{SECRET}""" "{SECRET}',
    ):
        answer = await client.post(document, **TEAM)
        assert _codes(answer) == {"BAD_USER_INPUT"}
        assert "must ever" not in json.dumps(answer), answer


async def test_the_name_of_an_operation_is_not_repeated(client: Client, person: str) -> None:
    """An operationName that fits no operation may be any text: it is refused without it, at both endpoints."""
    for path in ("/graphql", "/ops/graphql"):
        token = client.token(person, Role.OPERATOR)
        for body in ({"query": "{ __typename }"}, {"query": "query A { __typename } query B { __typename }"}):
            headers = {"authorization": f"Bearer {token}"}
            answer = await client.http.post(path, json={**body, "operationName": SECRET}, headers=headers)
            assert _codes(answer.json()) == {"BAD_USER_INPUT"}
            assert "must ever" not in answer.text


def test_a_message_is_cut_before_the_first_value() -> None:
    """A value that itself looks like a message must not bring its words through."""
    message = f"Value '{SECRET} does not exist in 'x' enum' does not exist in 'Source' enum. Did you mean '{SECRET}'?"
    assert redacted(GraphQLError(message)) == "It is none of the values of 'Source'."
    message = f"Variable '$a' has invalid value: Int cannot represent non-integer value: ', found: {SECRET}'"
    assert redacted(GraphQLError(message)) == "The variable at 'a' is not valid. Expected value of type 'Int'."


@pytest.mark.parametrize(
    "body",
    [
        *(b'"text"', b"[]", b"5", b"null", b"{", b"\xff", b'{"query": "{ viewer { id } }", "variables": {"a": NaN}}'),
        *(b'{"query": "\\ud800"}', b'{"query": 5}', b'{"query": "{ __typename }", "variables": []}', b"{}"),
        b'[{"query": "{ __typename }"}]',
    ],
)
async def test_no_body_gives_a_failure_of_ours(client: Client, body: bytes) -> None:
    """Whatever the body is, the answer is 400 and never a 5xx."""
    for path in ("/graphql", "/ops/graphql"):
        token = client.token("team", Role.OPERATOR)
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        answer = await client.http.post(path, content=body, headers=headers)
        assert answer.status_code == 400, answer.text


async def test_a_token_that_does_not_hold_is_401(client: Client) -> None:
    """A bad token is refused before anything is looked at, also where none is needed."""
    for header in ("Bearer nonsense", "Basic eDp5", "Bearer", "", f"Bearer {client.token('a')}x"):
        for path in ("/graphql", "/ops/graphql"):
            headers = {"authorization": header}
            answer = await client.http.post(path, json={"query": "{ __typename }"}, headers=headers)
            assert answer.status_code == 401, (header, answer.text)
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_desk_refuses_what_cannot_be_kept(client: Client, spectrum: Spectrum) -> None:
    """NUL characters and times that no calendar holds are refused in words, and the desk goes on listing its jobs."""
    document = (
        "mutation($input: EnqueueJobInput!) { enqueueJob(input: $input) { job { id } userErrors { code field } } }"
    )
    for more, field in (
        ({"dedupeKey": "a\0b"}, "dedupeKey"),
        ({"dedupeKey": " "}, "dedupeKey"),
        ({"dedupeKey": "x" * 201}, "dedupeKey"),
        ({"priority": 101}, "priority"),
        ({"priority": -1}, "priority"),
        ({"runAfter": "9999-12-31T23:59:59Z"}, "runAfter"),
    ):
        answer = await client.team(document, {"input": {"kind": "UPKEEP", **more}})
        (problem,) = answer["enqueueJob"]["userErrors"]
        assert (problem["code"], problem["field"]) == ("OUT_OF_RANGE", ["input", field])
    retry = "mutation($input: JobsInput!) { retryJobs(input: $input) { userErrors { field } } }"
    for reason in ("", " ", "a\0b", "x" * 501):
        answer = await client.team(retry, {"input": {"ids": [_id(f"Job:{NIL}")], "reason": reason}})
        assert answer["retryJobs"]["userErrors"] == [{"field": ["input", "reason"]}]
    made = await client.team(document, {"input": {"kind": "UPKEEP", "dedupeKey": "later", "priority": 100}})
    listed = await client.team("{ ops { jobs(first: 100) { nodes { id } } } }")
    assert made["enqueueJob"]["job"] in listed["ops"]["jobs"]["nodes"]


async def test_the_desk_closes_no_period_that_goes_on(client: Client, spectrum: Spectrum, person: str) -> None:
    """A week or month that is not over where the person is, or lies ahead, is refused; one that is over is not."""
    await client.ingest(session(person, datetime.now(UTC) - timedelta(days=1)))
    document = "mutation($input: EnqueueJobInput!) { enqueueJob(input: $input) { userErrors { code field } } }"
    for kind, period, refused in (
        ("WEEKLY_AGGREGATION", {"preset": "THIS_WEEK"}, True),
        ("MONTHLY_NARRATIVE", {"preset": "THIS_MONTH"}, True),
        ("MONTHLY_AGGREGATION", {"month": "2900-01"}, True),
        ("WEEKLY_AGGREGATION", {"week": "2026-W01"}, False),
    ):
        answer = await client.team(document, {"input": {"kind": kind, "subjectKey": person, "period": period}})
        expected = [{"code": "OUT_OF_RANGE", "field": ["input", "period"]}] if refused else []
        assert answer["enqueueJob"]["userErrors"] == expected
