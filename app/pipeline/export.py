"""Reads out everything that is kept of a person, their own words in the open, page by page; keeps no copy anywhere.

Each page is a short transaction of its own that ends by asking whether anything of the person's was erased since it
all began. Knows no zip and no HTTP.
"""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app.domain.affect import EMOTIONS, PATTERNS, UNIT
from app.domain.exclusions import hidden_by
from app.domain.export import (
    AUDIT,
    BYTE_ORDER_MARK,
    INSIGHT_COLUMNS,
    INSIGHTS,
    LEFT_OUT,
    LEFT_OUT_COLUMNS,
    README,
    SESSION_COLUMNS,
    SESSIONS,
    WORDS,
    Cell,
    Told,
    csv_line,
    readme,
    table_file,
)
from app.domain.measures import label
from app.domain.narrative import card_from_json, narrative_from_json
from app.domain.periods import PeriodKind
from app.errors import Gone, TooOften
from app.pipeline.erasing import actor_of
from app.pipeline.ports import Ports
from app.storage import audit, catalogue, people
from app.storage.audit import EXPORT
from app.storage.catalogue import PersonalTable
from app.storage.history import exclusions, numbers, timeline
from app.storage.history.exclusions import KeptExclusion
from app.storage.history.numbers import Counted
from app.storage.history.timeline import LivedSession, SealedSession
from app.storage.sealed import CannotOpen, KeyDamaged, MasterKeyMissing, text_aad, unseal
from app.storage.store import Tx
from app.storage.words import writings
from app.storage.words.writings import Writing
from app.telemetry import logger

MOST_EXPORTS = 10
"""Some break off on their way; each is somebody's whole life."""
WITHIN = timedelta(hours=24)
ROWS_AT_ONCE = 200
TEXTS_AT_ONCE = 20
"""Sealed texts are up to a quarter of a megabyte each."""
MOST_ASKED = 2_000
"""More exports than a year can hold."""
PIECE_BYTES = 64 * 1024
"""Lines are handed on in pieces of about this size, each only while the person is still who they were."""

log = logger("export")
_Row = TypeVar("_Row")
_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file of the copy: its name, and its bytes in pieces that are made when they are asked for."""

    name: str
    pieces: AsyncGenerator[bytes, None]


@dataclass(slots=True)
class Export:
    """One person's copy, begun. `erasures`: so far, None of someone unknown; `made_at`: by the clock of their own zone.

    `key`: None also when it does not open, and with it no words.
    """

    ports: Ports
    person_id: UUID
    erasures: tuple[int, int] | None
    made_at: datetime
    tables: tuple[PersonalTable, ...]
    key: bytes | None = field(repr=False)
    lines: Counter[str] = field(default_factory=Counter)
    unopened: int = 0

    async def files(self) -> AsyncGenerator[ExportFile, None]:
        """Every file in turn, the page that explains them last, since it counts their lines.

        Each is read to its end before the next. Gone once the person is erased: no row is told from then on.
        """
        yield ExportFile(SESSIONS, self._pieces(SESSIONS, self._sessions(), head=csv_line(SESSION_COLUMNS)))
        yield ExportFile(INSIGHTS, self._pieces(INSIGHTS, self._insights(), head=csv_line(INSIGHT_COLUMNS)))
        yield ExportFile(LEFT_OUT, self._pieces(LEFT_OUT, self._left_out(), head=csv_line(LEFT_OUT_COLUMNS)))
        yield ExportFile(WORDS, self._pieces(WORDS, self._words()))
        for table in self.tables:
            name = table_file(table.name)
            yield ExportFile(name, self._pieces(name, self._rows(table)))
        yield ExportFile(AUDIT, self._pieces(AUDIT, self._asked()))
        yield ExportFile(README, self._explained())

    async def _pieces(
        self, name: str, pages: AsyncGenerator[Iterable[bytes], None], head: bytes = b""
    ) -> AsyncGenerator[bytes, None]:
        """The lines of a file, in pieces; before each but a page's first, the person is looked up once more.

        Whoever downloads slowly may be erased while a page that was read still waits here.
        """
        self.lines[name] = 0
        if head:
            yield BYTE_ORDER_MARK + head
        async with aclosing(pages):
            async for page in pages:
                for place, (piece, count) in enumerate(_gathered(page)):
                    if place:
                        await self._look_again()
                    self.lines[name] += count
                    yield piece

    @asynccontextmanager
    async def _page(self) -> AsyncIterator[Tx]:
        """A transaction for one page. Gone when something was erased by its end: what it read is dropped."""
        async with self.ports.store.for_person(self.person_id) as tx:
            yield tx
            if await people.find_erasures(tx, self.person_id) != self.erasures:
                raise Gone("This person's data were erased meanwhile.")

    async def _look_again(self) -> None:
        """Gone when the person was erased since the last page was read."""
        async with self._page():
            pass

    async def _paged(
        self,
        read: Callable[[Tx, _Place | None], Awaitable[Sequence[_Row]]],
        place_of: Callable[[_Row], _Place],
        line_of: Callable[[_Row], bytes],
        size: int = ROWS_AT_ONCE,
    ) -> AsyncGenerator[Iterable[bytes], None]:
        """The lines of all rows, page by page; `read` gives up to `size` rows that follow a place."""
        after: _Place | None = None
        while True:
            async with self._page() as tx:
                rows = await read(tx, after)
            yield map(line_of, rows)
            if len(rows) < size:
                return
            after = place_of(rows[-1])

    def _sessions(self) -> AsyncGenerator[Iterable[bytes], None]:
        async def read(tx: Tx, after: timeline.Moment | None) -> list[_Session]:
            lived = await timeline.list_lived(tx, self.person_id, first=ROWS_AT_ONCE, after=after)
            counted = await numbers.list_by_session(tx, self.person_id, [each.id for each in lived])
            is_hidden = hidden_by(await exclusions.list_targets(tx, self.person_id))
            return [
                _Session(each, counted.get(each.id), is_hidden(each.id, each.local_date, each.source)) for each in lived
            ]

        return self._paged(read, lambda row: row.lived.moment, lambda row: csv_line(_session_cells(row)))

    def _insights(self) -> AsyncGenerator[Iterable[bytes], None]:
        return self._paged(
            lambda tx, after: writings.list_ever(tx, self.person_id, first=ROWS_AT_ONCE, after=after),
            lambda writing: (writing.period.first, writing.id),
            lambda writing: csv_line(_insight_cells(writing)),
        )

    def _left_out(self) -> AsyncGenerator[Iterable[bytes], None]:
        return self._paged(
            lambda tx, after: exclusions.list_ever(tx, self.person_id, first=ROWS_AT_ONCE, after=after),
            lambda exclusion: exclusion.id,
            lambda exclusion: csv_line(_exclusion_cells(exclusion)),
        )

    def _words(self) -> AsyncGenerator[Iterable[bytes], None]:
        return self._paged(
            lambda tx, after: timeline.list_sealed(tx, self.person_id, first=TEXTS_AT_ONCE, after=after),
            lambda sealed: sealed.moment,
            self._opened,
            TEXTS_AT_ONCE,
        )

    def _rows(self, table: PersonalTable) -> AsyncGenerator[Iterable[bytes], None]:
        return self._paged(
            lambda tx, after: catalogue.list_rows(tx, table, self.person_id, first=ROWS_AT_ONCE, after=after),
            lambda row: row[1],
            lambda row: row[0].encode() + b"\n",
        )

    async def _asked(self) -> AsyncGenerator[Iterable[bytes], None]:
        async with self.ports.store.for_everyone() as tx:
            rows = await audit.list_of(tx, EXPORT, actor=actor_of(self.ports, self.person_id), limit=MOST_ASKED)
        await self._look_again()
        yield [row.encode() + b"\n" for row in rows]

    async def _explained(self) -> AsyncGenerator[bytes, None]:
        await self._look_again()
        told = Told(self.made_at.date(), self.lines, self.unopened, self.ports.rules.raw_retention_days)
        yield readme(told).encode()

    def _opened(self, sealed: SealedSession) -> bytes:
        """A session's words as one line. They are here, in what the person downloads, and nowhere on the way."""
        content = self._content(sealed)
        if content is None:
            self.unopened += 1
            log.warning("text_unopenable", count=1)
            note = "These words are kept, but could not be opened."
            return orjson.dumps({"session_id": str(sealed.id), "note": note}, option=orjson.OPT_APPEND_NEWLINE)
        keys = ("index", "speaker", "kind", "at", "text")
        line = {
            "session_id": str(sealed.id),
            **{name: content[name] for name in ("source", "started_at", "ended_at", "zone")},
            "turns": [dict(zip(keys, turn, strict=True)) for turn in content["turns"]],
        }
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)

    def _content(self, sealed: SealedSession) -> dict[str, Any] | None:
        """What was sealed, None when it does not open."""
        if self.key is None:
            return None
        with suppress(CannotOpen):
            content: dict[str, Any] = orjson.loads(
                unseal(self.key, sealed.body, text_aad(self.person_id, sealed.id, sealed.epoch))
            )
            return content
        return None


async def begin(ports: Ports, person_id: UUID) -> Export:
    """Begin a copy of all that is kept of a person, known or not, and note in the audit log that it was asked for.

    TooOften for the eleventh within 24 hours.
    """
    async with ports.store.for_person(person_id) as tx:
        head = await people.find_head(tx, person_id)
        erasures = await people.find_erasures(tx, person_id)
        wrapped = await people.find_wrapped_key(tx, person_id)
        tables = await catalogue.list_personal(tx)
        now: datetime = await tx.fetchval("SELECT now()")
    async with ports.store.for_everyone() as tx:
        actor, reason = actor_of(ports, person_id), "asked for by the person"
        wait_s = await audit.keep_at_most(tx, MOST_EXPORTS, WITHIN, EXPORT, actor=actor, reason=reason)
    if wait_s is not None:
        raise TooOften(f"You can take a copy {MOST_EXPORTS} times in 24 hours.", retry_after_s=wait_s)
    made_at = now.astimezone(ZoneInfo(head.zone if head else "UTC"))
    return Export(ports, person_id, erasures, made_at, tables, _key(ports, person_id, wrapped))


def _key(ports: Ports, person_id: UUID, wrapped: tuple[bytes, str | None] | None) -> bytes | None:
    """The data key; without it everything but the words is told all the same."""
    if wrapped is None:
        return None
    with suppress(MasterKeyMissing, KeyDamaged):
        return ports.keyring.master.unwrap(f"person|{person_id}", *wrapped)
    log.error("keys_not_opened", count=1)
    return None


def _gathered(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Lines joined to pieces of at least PIECE_BYTES, but for the last, each with how many lines are in it."""
    piece, count = bytearray(), 0
    for line in lines:
        piece += line
        count += 1
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece), count
            piece, count = bytearray(), 0
    if count:
        yield bytes(piece), count


@dataclass(frozen=True, slots=True)
class _Session:
    """A session as its person sees it: with the numbers that count, and whether they left it out."""

    lived: LivedSession
    counted: Counted | None
    is_left_out: bool


def _session_cells(row: _Session) -> tuple[Cell, ...]:
    lived, read = row.lived, row.counted.numbers if row.counted else None
    return (
        str(lived.id),
        lived.local_date,
        f"{lived.local_minute // 60:02}:{lived.local_minute % 60:02}",
        lived.zone,
        lived.started_at,
        lived.ended_at,
        label(lived.source),
        lived.status,
        lived.turn_count,
        lived.self_before,
        lived.self_after,
        read.valence / UNIT if read else None,
        read.arousal / UNIT if read else None,
        " / ".join(label(name) for name in EMOTIONS if name in read.emotions_present) if read else None,
        " / ".join(label(name) for name in PATTERNS if name in read.patterns_present) if read else None,
        read.confidence / UNIT if read else None,
        read.use if read else None,
        row.counted is not None and row.counted.is_corrected,
        row.is_left_out,
    )


def _insight_cells(writing: Writing) -> tuple[Cell, ...]:
    step = None
    if writing.period_kind is PeriodKind.WEEK:
        card = card_from_json(writing.content)
        title, text = card.headline.text, " ".join(claim.text for claim in card.body)
        step = card.step.label if card.step else None
    else:
        month = narrative_from_json(writing.content)
        title = month.title.text
        told = [(part.heading, " ".join(claim.text for claim in part.paragraphs)) for part in month.sections]
        text = "\n\n".join(f"{heading}\n{paragraphs}" for heading, paragraphs in told)
    return (
        str(writing.id),
        writing.period_kind,
        writing.period.first,
        writing.period.last,
        writing.insight_kind,
        writing.status,
        writing.edition,
        title,
        text,
        step,
        writing.published_at,
        writing.written_at,
    )


def _exclusion_cells(exclusion: KeptExclusion) -> tuple[Cell, ...]:
    target = exclusion.target
    return (
        str(exclusion.id),
        "session" if target.session_id else "source" if target.source else "days",
        str(target.session_id) if target.session_id else None,
        target.first,
        target.last,
        label(target.source) if target.source else None,
        exclusion.created_at,
        exclusion.removed_at,
    )
