"""The data map of docs/privacy.md is the database's own: every table, who may do what, what erases it, how long."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.pipeline import upkeep
from app.storage.audit import keep_audit
from app.storage.forgetting.erasure import list_stores
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
RIGHTS = {"read": "SELECT", "add": "INSERT", "change": "UPDATE", "delete": "DELETE"}
ROLES = ("person", "batch")
NOTHING = "\u2013"
TABLES = """
    SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
"""


@dataclass(frozen=True)
class Row:
    """A table as the page tells of it."""

    what: str
    why: str
    how_long: str
    who: Mapping[str, str]
    erased_by: str


def _told() -> dict[str, Row]:
    """Give the rows of the page's table, by table; a table that is told of twice fails here."""
    section = PAGE.read_text().partition("## What is kept, why, how long, who")[2].partition("\n## ")[0]
    found: dict[str, Row] = {}
    for line in re.findall(r"^\| `\w+` \|.*$", section, re.MULTILINE):
        name, what, why, how_long, who, erased_by = (cell.strip() for cell in line.strip("|").split("|"))
        assert name not in found
        roles = dict(part.strip().split(": ") for part in who.split("·"))
        found[name.strip("`")] = Row(what, why, how_long, roles, erased_by)
    return found


@pytest.fixture(scope="module")
async def tables(owner: Any) -> list[str]:
    """Give the names of all tables, partitions left out."""
    return sorted(row["name"] for row in await owner.fetch(TABLES))


def test_every_table_is_told_of(tables: list[str]) -> None:
    """A new table fails here until the page says what it is, why, for how long, and who sees it; so does an old one."""
    told = _told()
    assert sorted(told) == tables
    assert all(row.what and row.why and row.how_long for row in told.values())


async def test_the_page_says_what_each_role_may(owner: Any, tables: list[str]) -> None:
    """Reading, adding, changing and deleting are granted to exactly the roles of the page, and to nobody else."""
    told = _told()
    for table in tables:
        granted = {role: await _rights(owner, role, table) for role in ROLES}
        assert {role: rights for role, rights in granted.items() if rights} == told[table].who, table
    others = await owner.fetch(
        "SELECT DISTINCT grantee, table_name FROM information_schema.role_table_grants WHERE table_schema = 'public'"
        " AND grantee NOT IN ('spectrum_owner', 'spectrum_person', 'spectrum_batch')"
    )
    assert [tuple(row) for row in others] == []


async def _rights(owner: Any, role: str, table: str) -> str:
    held = []
    for word, right in RIGHTS.items():
        name = f"spectrum_{role}"
        whole = await owner.fetchval("SELECT has_table_privilege($1, $2::text, $3)", name, table, right)
        part = right != "DELETE" and await owner.fetchval(
            "SELECT has_any_column_privilege($1, $2::text, $3)", name, table, right
        )
        if whole or part:
            held.append(word if whole else f"{word}*")
    return " ".join(held)


async def test_the_page_says_what_erases_each(spectrum: Spectrum, tables: list[str]) -> None:
    """The smallest reset that a table is erased by is the page's, and every larger one erases it as well."""
    told = _told()
    async with spectrum.ports.store.for_everyone() as tx:
        erased = {scope: set(await list_stores(tx, scope)) for scope in ResetScope}
    smallest_first = sorted(ResetScope, key=lambda scope: len(erased[scope]))
    assert all(erased[one] <= erased[two] for one, two in pairwise(smallest_first))
    for table in tables:
        scope = next((scope.value for scope in smallest_first if table in erased[scope]), NOTHING)
        assert told[table].erased_by == scope, table


async def test_decisions_are_dropped_after_a_year(spectrum: Spectrum, owner: Any) -> None:
    """Upkeep drops what the team decided more than a year ago, and nothing newer."""
    assert _told()["audit"].how_long == "a year"
    async with spectrum.ports.store.for_everyone() as tx:
        for reason in ("old", "new"):
            await keep_audit(tx, "looked", actor="somebody", reason=reason)
    await owner.execute("UPDATE audit SET at = now() - $1::interval WHERE reason = 'old'", timedelta(days=366))
    await owner.execute("UPDATE audit SET at = now() - $1::interval WHERE reason = 'new'", timedelta(days=364))
    async with spectrum.ports.store.for_everyone() as tx:
        await upkeep.keep(tx, 0)
    assert [row["reason"] for row in await owner.fetch("SELECT reason FROM audit")] == ["new"]
