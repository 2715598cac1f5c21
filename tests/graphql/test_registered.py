"""The registered documents: each runs, costs what is committed, and is known by its id."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

import documents
from app.cli.schema import catalogue
from app.edge.documents.registered import Registered, document_id, read_registered
from app.gateways.points import LIMIT
from graphql_schema.schema import build_schema
from tests.client import Client

FOLDER = Path(documents.__file__).parent
TIMES_IN_A_BUCKET = 20
"""How often in a row any one document may be asked for, at least."""


def test_the_committed_list_is_the_documents() -> None:
    """A change of a document, or of what it costs, is a change of the committed list, made by the command itself."""
    committed = (FOLDER / "catalog.lock").read_text()
    assert committed == catalogue(read_registered()), (
        "run `spectrum schema --documents > documents/catalog.lock` and look at the difference"
    )
    costs = {line.split()[0]: int(line.split()[1]) for line in committed.splitlines()}
    assert max(costs.values()) <= LIMIT / TIMES_IN_A_BUCKET
    assert len(costs) == len(committed.splitlines()), "two operations of one name"


def test_an_id_may_be_short() -> None:
    """A document is found by its whole id or its first 16 digits, with `sha256:` or without, and by nothing else."""
    registered = Registered(["{ a }", "{ b }"])
    id_ = document_id("{ a }")
    digest = id_.removeprefix("sha256:")
    for known in (id_, digest, digest[:16], f"sha256:{digest[:16]}", digest[:20]):
        assert registered.find(known) == "{ a }"
    for unknown in ("", "sha256:", digest[:15], digest[:16] + "0" * 48, digest + "0", digest.upper(), "é" * 20):
        assert registered.find(unknown) is None


def test_other_clients_have_a_list(tmp_path: Path) -> None:
    """Files and the list of other clients are registered alike."""
    (tmp_path / "one.graphql").write_text("{ one }")
    (tmp_path / "clients.json").write_text('{"any key": "{ two }"}')
    assert set(read_registered(tmp_path).by_id.values()) == {"{ one }", "{ two }"}


VARIABLES: dict[str, dict[str, Any]] = {
    "Dashboard": {"month": "2026-07"},
    "Landscape": {"range": {"preset": "LAST_28_DAYS"}},
    "Patterns": {"range": {"preset": "LAST_28_DAYS"}},
    "Month": {"month": "2026-07"},
    "Evidence": {"id": "x"},
    "ToldOf": {"week": "2026-W30", "month": "2026-07", "isWeek": True},
    "Preview": {"input": {"range": {"preset": "LAST_7_DAYS"}}},
    "Receipt": {"statement": "s", "signature": "s", "keyId": "k"},
}


TEXTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.graphql"))}
QUERIES = {stem: text for stem, text in TEXTS.items() if not {"mutation", "subscription"} & {*text.split()}}


def test_every_kind_of_operation_is_registered() -> None:
    """Production can ask, change and listen: each root field of the public schema is in some document."""
    schema = build_schema(team=False)._schema
    fields = {
        selection.name.value
        for text in read_registered().by_id.values()
        for definition in parse(text).definitions
        if isinstance(definition, OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, FieldNode)
    }
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    assert {name for root in roots if root for name in root.fields} - fields == {"nodes"}


@pytest.mark.parametrize("stem", QUERIES)
async def test_each_query_is_answered_by_its_id(client: Client, person: str, stem: str) -> None:
    """Whoever sends the id of a query gets what its text would give, by POST and by GET alike."""
    text = QUERIES[stem]
    name = text.split("query ")[1].split("(")[0].split()[0]
    variables = VARIABLES.get(name, {})
    headers = {"authorization": f"Bearer {client.token(person)}"}
    by_text = await client.post(text, variables, subject=person)
    posted = await client.http.post(
        "/graphql", json={"documentId": document_id(text), "variables": variables}, headers=headers
    )
    short = {"documentId": document_id(text)[:23], "variables": orjson.dumps(variables).decode()}
    got = await client.http.get("/graphql", params=short, headers=headers)
    for answer in (posted.json(), got.json()):
        assert "errors" not in answer
        assert answer["data"] == by_text["data"] or name == "RateLimit"
