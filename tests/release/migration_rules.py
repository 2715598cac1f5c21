"""What a migration may do while the release before it serves (docs/release.md). Reads statements, runs none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import migrations

FIRST_UNDER_RULES = 13
"""Those before were published before there were rules, and are history."""
CONTRACTION = re.compile(r"_since_(\d{4})$")
_WORDS = re.IGNORECASE | re.DOTALL
_TABLE = r"(?:IF (?:NOT )?EXISTS )?(?:ONLY )?(?:public\.)?([a-z_0-9]+)"
_CREATES = re.compile(rf"^CREATE TABLE {_TABLE}", _WORDS)
_ALTERS = re.compile(rf"^ALTER TABLE {_TABLE} (.*)", _WORDS)
_INDEXES = re.compile(
    rf"^CREATE (UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?([a-z_0-9]+) ON (ONLY )?{_TABLE}", _WORDS
)
_DROPS_INDEXES = re.compile(r"^DROP INDEX (CONCURRENTLY )?(?:IF EXISTS )?([a-z_0-9, ]+)", _WORDS)
_DROPS_CONSTRAINT = re.compile(r"\bDROP CONSTRAINT (?:IF EXISTS )?([a-z_0-9]+)", _WORDS)
_WITHOUT_COLUMN = re.compile(
    r"(^|, ?)(ADD|DROP|ALTER) (?!(?:COLUMN|CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY|EXCLUDE|NOT)\b)", _WORDS
)
_TAKES_AWAY = {
    "drops what the release before uses": (
        r"^DROP (TABLE|FUNCTION|VIEW|TYPE|SCHEMA|POLICY|TRIGGER)\b|\bDROP (COLUMN|DEFAULT|EXPRESSION|IDENTITY)\b"
    ),
    "renames": r"\bRENAME\b",
    "changes a type, which also rewrites the table": r"\bALTER COLUMN [a-z_0-9]+ (SET DATA )?TYPE\b",
    "forbids an empty value that the release before may write": (
        r"\bSET NOT NULL\b|\bADD (CONSTRAINT [a-z_0-9]+ )?NOT NULL\b"
    ),
    "lets a value be empty that the release before relies on": r"\bDROP NOT NULL\b",
    "takes a right away": r"^REVOKE\b(?!.*\bFROM PUBLIC)",
    "empties a table": r"^TRUNCATE\b",
}
_NEVER = {
    "adds a column that the release before cannot fill: it needs a DEFAULT": (
        r"\bADD COLUMN (?:IF NOT EXISTS )?[a-z_0-9]+ (?:(?!\bADD\b|\bDEFAULT\b|\bGENERATED\b).)*\bNOT NULL\b"
        r"(?!(?:(?!\bADD\b).)*\bDEFAULT\b)"
    ),
    "rewrites the table: a default that differs by row": (
        r"\bADD COLUMN (?:(?!\bADD COLUMN\b).)*\bDEFAULT\s+(?:gen_random_uuid|uuidv[47]|clock_timestamp|random)\b"
    ),
    "reads the whole table under a lock: add it NOT VALID, and VALIDATE it in a migration of its own": (
        r"\bADD (?:CONSTRAINT [a-z_0-9]+ )?(?:CHECK|FOREIGN KEY)\b(?!.*\bNOT VALID\b)"
    ),
    "makes an index under a lock: make it CONCURRENTLY, then ADD CONSTRAINT … USING INDEX": (
        r"^ALTER TABLE .*\bADD (?:CONSTRAINT [a-z_0-9]+ )?(?:UNIQUE|PRIMARY KEY)\b(?!\s+USING INDEX)"
    ),
}
_HARMLESS = re.compile(r"^(SET|RESET) \(|^(ENABLE|FORCE|NO FORCE) ROW LEVEL|^VALIDATE|^ATTACH", _WORDS)
"""What of ALTER TABLE keeps nobody from reading, or is over at once."""


@dataclass
class Steps:
    """A migration's statements, in order, and what it says of itself."""

    name: str
    statements: list[str]
    is_atomic: bool = True
    briefly_locked: dict[str, str] = field(default_factory=dict)
    """Indexes that are made under a lock all the same, and why nobody notices."""


def read_steps() -> list[Steps]:
    """Every migration that the rules are for."""
    names = sorted(each.name for each in iter_modules(migrations.__path__) if not each.name.startswith("_"))
    return [_steps(name) for name in names if int(name[:4]) >= FIRST_UNDER_RULES]


def _steps(name: str) -> Steps:
    module: ModuleType = import_module(f"migrations.{name}")
    migration = module.Migration
    statements = []
    for operation in migration.operations:
        sql = getattr(operation, "sql", None) or getattr(operation, "forward_sql", None)
        assert sql, f"{name}: {type(operation).__name__} says no SQL; write it as RunSQL"
        statements += [sql] if isinstance(sql, str) else [*sql]
    return Steps(name, statements, migration.atomic, dict(getattr(module, "BRIEFLY_LOCKED", {})))


def complaints(steps: Steps) -> list[str]:
    """What a migration does that it may not, each a sentence."""
    plain = [_plain(each) for each in steps.statements]
    keys = [] if CONTRACTION.search(steps.name) else _keys_taken(plain)
    return [*_of_statements(steps, plain), *keys, *_of_the_whole(steps, plain)]


def _plain(statement: str) -> str:
    """One line without remarks, and with the word COLUMN wherever SQL lets it be left out."""
    line = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", statement)).strip()
    altered = _ALTERS.search(line)
    if altered is None:
        return line
    return line[: altered.start(2)] + _WITHOUT_COLUMN.sub(r"\1\2 COLUMN ", altered[2])


@cache
def _history() -> str:
    files = sorted(Path(migrations.__path__[0]).glob("[0-9]*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _plain_indexes(statements: list[str]) -> dict[str, str]:
    """The tables of indexes that keep nothing unique, by their names: those of all migrations, and those made here."""
    text = "\n".join([_history(), *statements])
    made = [(found[3], found[5]) for found in re.finditer(_INDEXES.pattern.lstrip("^"), text, _WORDS) if not found[1]]
    unique = {found[3] for found in re.finditer(_INDEXES.pattern.lstrip("^"), text, _WORDS) if found[1]}
    made += re.findall(r'\bconcurrently\(\s*"([a-z_0-9]+)",\s*"([a-z_0-9]+)"', text)
    return {name: table for name, table in made if name not in unique}


def _is_check(constraint: str) -> bool:
    """Whether it can be seen that a constraint is no key: by PostgreSQL's own name for it, or where it was made."""
    return constraint.endswith("_check") or bool(re.search(rf"\bCONSTRAINT {constraint} CHECK\b", _history()))


def _dropped(statement: str) -> list[str]:
    found = _DROPS_INDEXES.search(statement)
    return [name for name in re.split(r"[, ]+", found[2]) if name not in {"", "CASCADE", "RESTRICT"}] if found else []


def _keys_taken(statements: list[str]) -> Iterator[str]:
    """What drops something that may keep rows unique, or together: ON CONFLICT and cascades of before rely on it."""
    plain = _plain_indexes(statements)
    for statement in statements:
        constraints = _DROPS_CONSTRAINT.findall(statement)
        if not all(map(_is_check, constraints)) or any(name not in plain for name in _dropped(statement)):
            yield f"drops what may be a key, and is not named …_since_0NNN: {statement}"


def _of_statements(steps: Steps, statements: list[str]) -> Iterator[str]:
    created = {found[1] for each in statements if (found := _CREATES.search(each))}
    contracts = CONTRACTION.search(steps.name)
    for statement in statements:
        if (altered := _ALTERS.search(statement)) and altered[1] in created:
            continue
        for what, pattern in _TAKES_AWAY.items():
            if not contracts and re.search(pattern, statement, _WORDS):
                yield f"{what}, and is not named …_since_0NNN: {statement}"
        for what, pattern in _NEVER.items():
            if re.search(pattern, statement, _WORDS):
                yield f"{what}: {statement}"
        index = _INDEXES.search(statement)
        if index is None or index[5] in created or index[4]:
            continue
        if index[1] and not contracts:
            yield f"forbids what the release before may write, and is not named …_since_0NNN: {statement}"
        if not index[2] and not steps.briefly_locked.get(index[3]):
            yield f"is not made CONCURRENTLY, and BRIEFLY_LOCKED does not say why: {statement}"


def _of_the_whole(steps: Steps, statements: list[str]) -> Iterator[str]:
    created = {found[1] for each in statements if (found := _CREATES.search(each))}
    locked = {
        found[1]
        for each in statements
        if (found := _ALTERS.search(each)) and found[1] not in created and not _HARMLESS.search(found[2])
    }
    plain = _plain_indexes(statements)
    locked |= {plain.get(name, name) for each in statements for name in _dropped(each)} - created
    if steps.is_atomic and len(locked) > 1:
        yield f"locks {', '.join(sorted(locked))} in one transaction: who reads them in another order cannot get by"
    beside = [
        each for each in statements if not re.search(r"\bINDEX\b|^(SET|RESET) lock_timeout|^COMMENT", each, _WORDS)
    ]
    if not steps.is_atomic and beside:
        yield f"does more than indexes without a transaction, and may end half done: {beside[0]}"
    if steps.is_atomic and any("CONCURRENTLY" in each.upper() for each in statements):
        yield "makes an index CONCURRENTLY inside a transaction: it needs `atomic = False`"
    contracts = CONTRACTION.search(steps.name)
    if contracts and not contracts[1] < steps.name[:4]:
        yield "serves nobody: it is named after a release that is not older than itself"
