"""What is counted over many lives, and the tables it becomes.

Does not know what is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.table import Column, Table


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a table."""

    table: str
    row: str
    column: str


Answer = tuple[Cell, bool | None]
"""One life's answer in a cell: yes, no, or None when nothing was shown that could be right or wrong."""


@dataclass(frozen=True, slots=True)
class Count:
    """Of `asked` lives, `shown` could answer, and of those `yes` did so with yes."""

    yes: int = 0
    shown: int = 0
    asked: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.yes + other.yes, self.shown + other.shown, self.asked + other.asked)

    @property
    def share(self) -> float:
        """Of yes among what was shown; 0 when nothing was."""
        return self.yes / max(1, self.shown)

    def __str__(self) -> str:
        if not self.shown:
            return "-"
        percent = f"{100 * self.share:.1f}"
        return percent if self.shown == self.asked else f"{percent} (of {100 * self.shown / self.asked:.0f} %)"


@dataclass(slots=True)
class Tally:
    """Counts by cell, in the order in which cells were first met."""

    counts: dict[Cell, Count] = field(default_factory=dict)

    def add(self, answers: Iterable[Answer]) -> None:
        """Count one life's answers."""
        for cell, yes in answers:
            self._count(cell, Count(int(yes is True), int(yes is not None), 1))

    def merge(self, other: "Tally") -> None:
        """Count what another tally counted."""
        for cell, count in other.counts.items():
            self._count(cell, count)

    def _count(self, cell: Cell, count: Count) -> None:
        self.counts[cell] = self.counts.get(cell, Count()) + count

    def __getitem__(self, cell: Cell) -> Count:
        return self.counts.get(cell, Count())

    @property
    def tables(self) -> tuple[str, ...]:
        """Their titles."""
        return tuple(dict.fromkeys(cell.table for cell in self.counts))

    def rows(self, table: str) -> list[tuple[str, ...]]:
        """A table's header, and a row of texts for each of its rows."""
        cells = [cell for cell in self.counts if cell.table == table]
        columns = tuple(dict.fromkeys(cell.column for cell in cells))
        named = dict.fromkeys(cell.row for cell in cells)
        return [("", *columns), *((row, *(str(self[Cell(table, row, c)]) for c in columns)) for row in named)]

    def markdown(self, table: str) -> str:
        """A table as a page shows it."""
        head, *body = self.rows(table)
        lines = [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *body)]
        return "\n".join([f"**{table}**", "", *lines])

    def drawn(self, table: str) -> Table:
        """A table as a terminal shows it."""
        head, *body = self.rows(table)
        drawn = Table(Column(no_wrap=True), *head[1:], title=table, title_justify="left")
        for row in body:
            drawn.add_row(*row)
        return drawn
