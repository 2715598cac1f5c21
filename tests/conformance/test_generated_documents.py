"""Thousands of documents that nobody thought of, at both endpoints: none is answered by a 5xx or an error of ours."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema
from hypothesis import HealthCheck, Phase, given, note, settings
from redis import Redis

from app.domain.access import Role
from app.wiring import Spectrum
from graphql_schema.masking import MASKED
from tests.client import Client
from tests.conformance.conftest import HERE, Site
from tests.conftest import AUTH_SECRET
from tests.isolation.people import furnished

pytestmark = pytest.mark.conformance

CASES, MOST_CASES = 30, 250
"""Of a root field, and of one behind which most of the schema lies; half as many again break the schema's rules."""
WIDE = {"Query.viewer", "Query.node", "Query.nodes", "Query.ops"}
TEAM = tuple(Role)
LISTS = """{ viewer { id
  devices { id } exclusions(first: 9) { edges { cursor } nodes { id } }
  sessions(first: 9) { edges { cursor } nodes { id } }
  operations(first: 9) { edges { cursor } nodes { id ... on ResetOperation { receipt { id } } } }
  spectrum {
    insightFeed(first: 9) { edges { cursor } nodes { id headline { evidence { id } } body { evidence { id } } } }
    monthlySummaries(first: 9) { edges { cursor } nodes { id } } weeklySummary(week: "2026-W23") { id } } } }"""
JOBS = "{ ops { jobs(first: 20) { edges { cursor } nodes { id } } deadLetters(first: 9) { edges { cursor } } } }"


def _fields() -> Iterator[tuple[str, str]]:
    """Each root field of each schema, questions first: what is done may take away what could be asked for."""
    for root in ("query_type", "mutation_type"):
        for name in ("schema", "ops"):
            schema = build_schema((HERE.parents[1] / f"graphql_schema/{name}.graphql").read_text())
            type_: GraphQLObjectType = getattr(schema, root)
            yield from ((name, f"{type_.name}.{field}") for field in type_.fields)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where documents are sent, as whom, and what makes them, by schema and root field."""

    site: Site
    redis_url: str
    subject: str
    makers: Mapping[str, Mapping[str, Callable[..., Any]]]

    @contextmanager
    def complaints_shown(self) -> Iterator[None]:
        """Print what the server has said of its failures when the block fails."""
        try:
            yield
        except BaseException:
            said = [line for line in self.site.log.read_text().splitlines() if "failed" in line]
            print("\n".join(said[-10:]))  # noqa: T201 - pytest shows it with the failure
            raise

    def send(self, schema: str, case: Any) -> Any:
        """Post a case, as the person or as the whole team; once more with a full bucket where points were too few."""
        roles = TEAM if schema == "ops" else (Role.USER,)
        url = self.site.ops if schema == "ops" else self.site.public
        token = self.site.token(self.subject, *roles)
        headers = {"authorization": f"Bearer {token}"}
        answer = case.call(base_url=url, headers=headers)
        if answer.status_code != 429:
            return answer
        with Redis.from_url(self.redis_url) as redis:
            for key in redis.scan_iter("spectrum:points:*"):
                redis.delete(key)
        return case.call(base_url=url, headers=headers)


def _named(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _named(each, name)
    elif isinstance(value, dict):
        if isinstance(value.get(name), str):
            yield value[name]
        for each in value.values():
            yield from _named(each, name)


@pytest.fixture(scope="module")
async def ground(site: Site, spectrum: Spectrum, owner: Any) -> Ground:
    """Give someone with rows in every store, and makers of documents that know what is there."""
    from tests.conformance.cases import operations  # noqa: PLC0415 - a second of every start, and only this needs it

    subject = "generated"
    await furnished(spectrum, owner, subject)
    async with Client.of(spectrum, AUTH_SECRET) as client:
        found = [await client.ask(LISTS, subject=subject), await client.team(JOBS)]
    ids, cursors = sorted({*_named(found, "id")}), sorted({*_named(found, "cursor")})
    assert len(ids) > 20, "too little is there"
    return Ground(
        site, spectrum.redis_url, subject, {name: operations(name, ids, cursors) for name in ("schema", "ops")}
    )


def judge(answer: Any) -> list[str]:
    """The codes of an answer's errors; fails when it is no GraphQL answer, or one that says that we have failed."""
    assert answer.status_code < 500, answer.text
    body: Mapping[str, Any] = answer.json()
    errors: Sequence[Mapping[str, Any]] = body.get("errors", [])
    assert MASKED not in [error["message"] for error in errors], body
    codes = [str(error.get("extensions", {}).get("code")) for error in errors]
    assert not {"INTERNAL", "THROTTLED", "None"} & set(codes), body
    assert errors or answer.status_code == 200, answer.text  # what is refused says why
    return codes or ["answered"]


@pytest.mark.parametrize(("schema", "field"), list(_fields()), ids=lambda value: value)
def test_no_document_is_answered_by_a_failure_of_ours(
    ground: Ground, schema: str, field: str, record_property: Callable[[str, object], None]
) -> None:
    """Whatever a field is asked for, with whatever values, the answer is data, or says what is wrong with it."""
    from schemathesis.generation import GenerationMode  # noqa: PLC0415

    counted: Counter[str] = Counter()
    make = ground.makers[schema][field]
    cases = MOST_CASES if field in WIDE else CASES
    for mode, count in ((GenerationMode.POSITIVE, cases), (GenerationMode.NEGATIVE, cases // 2)):

        @given(case=make(mode))
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=True,
        )
        def each_is_answered(case: Any) -> None:
            note(str(case.body))
            counted.update(set(judge(ground.send(schema, case))))

        with ground.complaints_shown():
            each_is_answered()
    record_property("cases", ", ".join(f"{code} {count}" for code, count in counted.most_common()))
