"""Every GraphQL example of the docs is a document that the schema accepts."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from graphql_schema.schema import build_schema

_BLOCK = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
PAGES = sorted(page for page in (Path(__file__).parents[2] / "docs").glob("*.md") if _BLOCK.search(page.read_text()))


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_examples_are_valid(page: Path) -> None:
    """Each block parses and names only fields and arguments that there are; the team's schema has all of them."""
    schema = build_schema(team=True)._schema
    for block in _BLOCK.findall(page.read_text()):
        assert validate(schema, parse(block)) == [], block
