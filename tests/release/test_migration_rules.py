"""Every new migration can be applied while the release before it serves, and the rules notice what could not."""

import pytest

from migrations._ddl import concurrently, personal
from tests.release.migration_rules import Steps, complaints, read_steps

NEW_TABLE = "CREATE TABLE thing (person_id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (person_id, at))"


@pytest.mark.parametrize("steps", read_steps(), ids=lambda steps: steps.name)
def test_each_migration_keeps_the_rules(steps: Steps) -> None:
    """No complaint of a migration that was not yet published when the rules were made (docs/release.md)."""
    assert complaints(steps) == []


@pytest.mark.parametrize(
    "statements",
    [
        ["ALTER TABLE session ADD COLUMN mark text"],
        ["ALTER TABLE session ADD COLUMN mark int NOT NULL DEFAULT 0"],
        ["ALTER TABLE session ADD COLUMN mark int DEFAULT 0 NOT NULL, ADD COLUMN other text"],
        [NEW_TABLE, "CREATE INDEX thing_at ON thing (at)", *personal("thing", person="SELECT", batch="SELECT")],
        ["ALTER TABLE job DROP CONSTRAINT job_kind_check", "ALTER TABLE job ADD CHECK (kind <> '') NOT VALID"],
        ["ALTER TABLE job VALIDATE CONSTRAINT job_kind_check"],
        ["ALTER TABLE job SET (fillfactor = 80)", "ALTER TABLE person SET (fillfactor = 80)"],
        ["DROP INDEX upgrade_at"],
        ["ALTER TABLE session ADD mark text, ADD other int NOT NULL DEFAULT 0"],
        ["ALTER TABLE job DROP CONSTRAINT job_traceparent"],
        ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$", "REVOKE ALL ON FUNCTION f() FROM PUBLIC"],
    ],
)
def test_what_adds_is_free(statements: list[str]) -> None:
    """Columns that may be empty or have a default, tables, functions, storage, constraints that are checked later."""
    assert complaints(Steps("0099_adds", statements)) == []


@pytest.mark.parametrize(
    ("statements", "complaint"),
    [
        (["DROP TABLE event"], "drops"),
        (["ALTER TABLE session DROP COLUMN zone"], "drops"),
        (["ALTER TABLE session ALTER COLUMN zone DROP DEFAULT"], "drops"),
        (["DROP FUNCTION head(uuid)"], "drops"),
        (["ALTER TABLE session RENAME COLUMN zone TO place"], "renames"),
        (["ALTER TABLE session ALTER COLUMN zone TYPE varchar"], "changes a type"),
        (["ALTER TABLE session ALTER COLUMN zone SET NOT NULL"], "forbids an empty value"),
        (["ALTER TABLE session DROP zone"], "drops"),
        (["ALTER TABLE session ADD mark text, DROP IF EXISTS zone"], "drops"),
        (["ALTER TABLE public.session ALTER zone DROP DEFAULT"], "drops"),
        (["ALTER TABLE session RENAME zone TO place"], "renames"),
        (["ALTER TABLE session ALTER zone TYPE varchar"], "changes a type"),
        (["ALTER TABLE session ALTER zone SET DATA TYPE varchar"], "changes a type"),
        (["ALTER TABLE session ALTER zone SET NOT NULL"], "forbids an empty value"),
        (["ALTER TABLE session ADD CONSTRAINT there NOT NULL zone NOT VALID"], "forbids an empty value"),
        (["ALTER TABLE session ALTER zone DROP NOT NULL"], "lets a value be empty"),
        (["ALTER TABLE session ALTER COLUMN zone DROP NOT NULL"], "lets a value be empty"),
        (["DROP INDEX device_own"], "may be a key"),
        (["DROP INDEX IF EXISTS nobody_knows"], "may be a key"),
        (["DROP INDEX CONCURRENTLY webhook_delivery_once"], "may be a key"),
        (["ALTER TABLE job DROP CONSTRAINT job_pkey"], "may be a key"),
        (["ALTER TABLE session DROP CONSTRAINT session_person_id_fkey"], "may be a key"),
        (["REVOKE SELECT ON session FROM spectrum_batch"], "takes a right away"),
        (["CREATE UNIQUE INDEX CONCURRENTLY one ON session (zone)"], "forbids what the release before may write"),
    ],
)
def test_what_takes_away_says_whom_it_serves(statements: list[str], complaint: str) -> None:
    """It is refused under a plain name, and taken under one that names the oldest build that is served."""
    is_atomic = "CONCURRENTLY" not in statements[0]
    assert complaint in complaints(Steps("0099_changes", statements, is_atomic))[0]
    assert complaints(Steps("0099_changes_since_0098", statements, is_atomic)) == []


@pytest.mark.parametrize(
    ("statements", "complaint"),
    [
        (["ALTER TABLE session ADD COLUMN mark int NOT NULL"], "needs a DEFAULT"),
        (["ALTER TABLE session ADD mark int NOT NULL"], "needs a DEFAULT"),
        (["ALTER TABLE session ADD IF NOT EXISTS mark int NOT NULL, ADD b int DEFAULT 0"], "needs a DEFAULT"),
        (["ALTER TABLE session ADD mark uuid DEFAULT gen_random_uuid()"], "rewrites the table"),
        (["DROP INDEX upgrade_at", "ALTER TABLE person ADD a int"], "locks person, upgrade"),
        (["ALTER TABLE session ADD COLUMN a int NOT NULL, ADD COLUMN b int NOT NULL DEFAULT 0"], "needs a DEFAULT"),
        (["ALTER TABLE session ADD COLUMN mark uuid NOT NULL DEFAULT uuidv7()"], "rewrites the table"),
        (["ALTER TABLE session ADD CONSTRAINT c CHECK (zone <> '')"], "NOT VALID"),
        (["ALTER TABLE session ADD FOREIGN KEY (person_id) REFERENCES person (id)"], "NOT VALID"),
        (["ALTER TABLE job ADD CONSTRAINT u UNIQUE (kind)"], "USING INDEX"),
        (["CREATE INDEX session_zone ON session (zone)"], "CONCURRENTLY"),
        (["ALTER TABLE session ADD COLUMN a int", "ALTER TABLE person ADD COLUMN a int"], "locks person, session"),
        (["CREATE INDEX CONCURRENTLY session_zone ON session (zone)"], "atomic = False"),
    ],
)
def test_what_would_stop_others_is_never_taken(statements: list[str], complaint: str) -> None:
    """Locks that are held while a table is read or rewritten, and two tables at once, whatever the name."""
    for name in ("0099_changes", "0099_changes_since_0098"):
        assert any(complaint in each for each in complaints(Steps(name, statements)))


def test_an_index_on_a_table_in_use() -> None:
    """Made concurrently and alone; or under a lock, where the migration says why nobody notices."""
    made = concurrently("session_zone", "session", "(zone)", is_partitioned=True)
    assert complaints(Steps("0099_index", made, is_atomic=False)) == []
    more = [*made, "ALTER TABLE session ADD COLUMN mark text"]
    assert "half done" in complaints(Steps("0099_index", more, is_atomic=False))[0]
    locked = ["CREATE INDEX webhook_url ON webhook (url)"]
    assert complaints(Steps("0099_index", locked, briefly_locked={"webhook_url": "ten rows"})) == []


def test_a_contraction_serves_somebody_older_than_itself() -> None:
    """A name that no release could fit is a slip."""
    assert complaints(Steps("0099_drops_since_0099", ["DROP TABLE event"])) != []
