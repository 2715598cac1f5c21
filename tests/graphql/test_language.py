"""Our own fixed words are said in the request's language, all of them; what is a person's is left alone."""

import ast
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from graphql import is_object_type

import app
import graphql_schema
from app.domain.wording import Sentence
from app.wiring import Spectrum
from graphql_schema.language import ENGLISH, LANGUAGES, language_of, say
from graphql_schema.schema import build_schema
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.graphql.documents import about_a_node, about_the_viewer
from tests.life import JUNE, lived, take, who

PSEUDO = LANGUAGES["en-xa"]
SAYS_SO = "request's language"


def _fields(*, team: bool) -> Iterator[tuple[str, str, Any]]:
    for type_ in build_schema(team=team)._schema.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_.name, name, field


TOLD = {(type_, name) for type_, name, field in _fields(team=False) if SAYS_SO in (field.description or "")}


@pytest.mark.parametrize("team", [False, True])
def test_what_says_so_is_looked_up(*, team: bool) -> None:
    """A field whose description speaks of the request's language is marked, and no other one is."""
    for type_, name, field in _fields(team=team):
        marked = field.extensions["strawberry-definition"].metadata.get("in_the_requests_language", False)
        assert marked is (SAYS_SO in (field.description or "")), (type_, name)


def test_every_label_that_a_person_sees_says_so() -> None:
    """A new label, caveat or message of the public schema fails here until it is looked up."""
    names = {"label", "kindLabel", "caveat", "message"}
    assert {(type_, name) for type_, name, _ in _fields(team=False) if name in names} <= TOLD


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        *((None, "en"), ("", "en"), ("de", "en"), ("en-XA", "en-xa"), ("EN-xa;q=0.3", "en-xa"), ("*", "en")),
        *(("de, en-XA;q=0.5, en;q=0.4", "en-xa"), ("en-XA;q=0.4, en;q=0.5", "en"), ("en, en-XA", "en")),
        *(("en-XA;q=0", "en"), ("en-XA;q=nan", "en"), ("en-XA;q=1e9", "en"), ("en-XA;level=1", "en")),
        *(("en-XA; q = 1.000", "en"), ("en-XA; q=1.000", "en-xa"), ("," * 10_000 + "en-XA", "en"), (";;;===,", "en")),
        *(("en-XA;q=\u0662", "en"), ("en-XA;q=0.5555", "en"), ("en-XA;q=1.9", "en-xa")),
    ],
)
def test_a_header_chooses(accepted: str | None, tag: str) -> None:
    """By weight, then by place; whatever it holds, nothing fails, and English is what is left."""
    assert language_of(accepted) is LANGUAGES[tag]


def test_the_pseudo_language_is_told_from_english() -> None:
    """Bracketed, longer by about a third, every place for a value untouched; parts are looked up as well."""
    made = Sentence("share of {subject} in {place}", subject=Sentence("mind reading"), place="Mirror {x}")
    assert say(ENGLISH, made) == "share of mind reading in Mirror {x}"
    assert say(PSEUDO, made) == "[šĥářé óf [míñd řéádíñğ~~~~] íñ Mirror {x}~~~~~~~~~]"
    assert say(PSEUDO, "Give {most}") == "[Ğívé {most}~~~]"
    assert 1.2 < len(say(PSEUDO, "What went along with feeling better")) / 35 < 1.5
    for language in LANGUAGES.values():
        assert say(language, "") == ""


@dataclass(frozen=True)
class Asked:
    """The same questions, answered in both languages."""

    client: Client

    async def both(self, document: str, variables: dict[str, Any], subject: str) -> list[Any]:
        """The answers in English and in the pseudo-language."""
        answers = []
        for tag in ("en", "en-XA"):
            self.client.http.headers["accept-language"] = tag
            answers.append(await self.client.post(document, variables, subject=subject))
        del self.client.http.headers["accept-language"]
        return answers


@pytest.fixture(scope="module")
async def asked(spectrum: Spectrum) -> AsyncIterator[Asked]:
    """Give a client that asks twice."""
    async with Client.of(spectrum, AUTH_SECRET) as client:
        yield Asked(client)


def _compare(english: Any, other: Any, type_: str = "", name: str = "") -> Iterator[tuple[str, str]]:
    """Give (type, field) of all that was looked up; anything else is the same in both, or this fails."""
    if isinstance(english, dict):
        inside = english.get("__typename", "")
        assert english.keys() == other.keys()
        for key in english:
            yield from _compare(english[key], other[key], inside, key.removeprefix(f"{inside}_"))
    elif isinstance(english, list):
        assert len(english) == len(other)
        for one, two in zip(english, other, strict=True):
            yield from _compare(one, two, type_, name)
    elif (type_, name) in TOLD and english is not None:
        assert (other != english, other[0], other[-1]) == (True, "[", "]"), (type_, name, other)
        yield type_, name
    else:
        assert other == english, (type_, name)


IDS = """{ viewer { sessions(first: 20) { nodes { __typename id } } spectrum {
  insightFeed(first: 20) { nodes { __typename id headline { evidence { __typename id } } } } } } }"""
CORRECT = """mutation($id: ID!) { correctSession(input: {sessionId: $id, patterns: [MIND_READING]}) {
  userErrors { code } session { id } } }"""
PREVIEW = """{ viewer { spectrum { exclusionPreview(input: {range: {month: "2026-06"}, add: [{source: MIRROR}]}) {
  changes { __typename label } } turnImpact(range: {month: "2026-06"}) { __typename caveat groups { __typename label } }
  distribution(range: {month: "2026-06"}, by: SOURCE) { slices { __typename label } }
  landscape(range: {month: "2026-06"}) { emotions { __typename label } }
  insightFeed(first: 20) { nodes { __typename kindLabel suggestion { __typename label } } } } } }"""


def _nodes(value: Any) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _nodes(each)
    if isinstance(value, dict) and "id" in value:
        yield value["__typename"], value["id"]


async def test_every_word_of_ours_is_said_in_it(spectrum: Spectrum, asked: Asked, owner: Any) -> None:
    """Whatever a person can read is asked for in both languages: what says so changes, and nothing else does."""
    person, schema = f"person-{uuid4()}", build_schema(team=False)._schema
    await lived(spectrum, owner, person, weeks=5)
    first = (await asked.client.ask(IDS, subject=person))["viewer"]["sessions"]["nodes"][0]["id"]
    await asked.client.ask(CORRECT, {"id": first}, subject=person)
    nodes = list(_nodes(await asked.client.ask(IDS, subject=person)))
    assert {name for name, _ in nodes} == {"Session", "Insight", "Evidence"}
    nothing: dict[str, Any] = {}
    documents = [(document, nothing) for document in (PREVIEW, *(each for _, each in about_the_viewer(schema)))]
    documents += [(about_a_node(schema, name), {"id": id_}) for name, id_ in nodes]
    seen = set()
    for document, variables in documents:
        seen |= set(_compare(*await asked.both(document, variables, person)))
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", who(spectrum, person))
    teaser = next(document for name, document in about_the_viewer(schema) if name == "spectrumTeaser")
    seen |= set(_compare(*await asked.both(teaser, {}, person)))
    assert seen == {(type_, name) for type_, name in TOLD if type_ != "UserError"}


ERRORS = "userErrors { __typename code message field }"
REFUSED = [
    f"mutation {{ markInsightsSeen(input: {{insightIds: []}}) {{ {ERRORS} }} }}",
    f'mutation {{ unregisterDevice(input: {{deviceId: "x"}}) {{ {ERRORS} }} }}',
    f'mutation {{ trackEvents(input: {{events: [], appVersion: "x", platform: IOS}}) {{ {ERRORS} }} }}',
    f'mutation {{ correctSession(input: {{sessionId: "x", valence: 2}}) {{ {ERRORS} }} }}',
    f'mutation {{ giveInsightFeedback(input: {{insightId: "x", verdict: NOT_QUITE}}) {{ {ERRORS} }} }}',
    f'mutation {{ cancelReset(input: {{operationId: "x"}}) {{ {ERRORS} }} }}',
    f"""mutation {{ resetSpectrum(input: {{idempotencyKey: "{uuid4()}", scope: DERIVED, confirmation: "no"}}) {{
      {ERRORS} }} }}""",
    f'mutation {{ excludeFromSpectrum(input: {{idempotencyKey: "{uuid4()}", targets: []}}) {{ {ERRORS} }} }}',
    f"""mutation {{ updateNotificationPreferences(input: {{quietHours: {{from: "22:00", to: "22:00"}}}}) {{
      {ERRORS} }} }}""",
]


@pytest.mark.parametrize("document", REFUSED)
@pytest.mark.parametrize("known", [True, False])
async def test_what_can_be_corrected_is_said_in_it(
    spectrum: Spectrum, asked: Asked, document: str, *, known: bool
) -> None:
    """Codes and paths stay, messages change; values in them stay as they are."""
    person = f"person-{uuid4()}"
    if known:
        await take(spectrum, session(person, JUNE), session(person, JUNE + timedelta(days=1)))
    english, other = await asked.both(document, {}, person)
    assert set(_compare(english, other)) == {("UserError", "message")}


async def test_values_in_a_message_stay(spectrum: Spectrum, asked: Asked) -> None:
    """A number, and the word to type, are those of the English message."""
    person = f"person-{uuid4()}"
    await take(spectrum, session(person, JUNE))
    for document, value in ((REFUSED[0], "100"), (REFUSED[6], "RESET")):
        ((_, payload),) = (await asked.both(document, {}, person))[1]["data"].items()
        assert value in payload["userErrors"][0]["message"]


PUBLIC = [
    *(Path(app.__file__).parent / "pipeline" / f"{name}.py" for name in (
        "exclude", "track", "reach", "correct", "pause", "see", "respond", "forget",
    )),
    *(Path(app.__file__).parent / "domain" / f"{name}.py" for name in ("corrections", "notifications")),
    *(Path(graphql_schema.__file__).parent / f"{name}.py" for name in (
        "context", "corrections", "engagement", "exclusions", "feedback", "notifications", "operations", "pausing",
        "previews", "seeing",
    )),
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_no_message_is_put_together_before_it_is_looked_up(path: Path) -> None:
    """In what a person's own mutations say, values stand in a Sentence: a catalogue knows no filled-in line."""
    for node in ast.walk(ast.parse(path.read_text())):
        is_message = isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "message" for target in node.targets
        )
        is_told = isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Problem", "refuse", "_unlike"}
        if is_message or is_told:
            assert not any(isinstance(each, ast.JoinedStr) for each in ast.walk(node)), ast.dump(node)
