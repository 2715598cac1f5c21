"""Means over many worlds, and the tables they become. Does not know what is averaged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt

from rich.table import Column, Table

from benchmarks.honesty.tally import Cell

Answer = tuple[Cell, float | None]
"""One world's number in a cell; None when there was none to give."""


@dataclass(slots=True)
class Mean:
    """Numbers of `asked` worlds, of which `given` had one."""

    asked: int = 0
    given: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, number: float | None) -> None:
        """Count one world."""
        self.asked += 1
        if number is not None:
            self.given, self.total, self.squares = self.given + 1, self.total + number, self.squares + number**2

    def merge(self, other: "Mean") -> None:
        """Count what another counted."""
        self.asked, self.given = self.asked + other.asked, self.given + other.given
        self.total, self.squares = self.total + other.total, self.squares + other.squares

    @property
    def value(self) -> float:
        """The mean of what was given; 0 when nothing was."""
        return self.total / max(1, self.given)

    @property
    def error(self) -> float:
        """Half of the mean's own 95 % interval over worlds."""
        return 1.96 * sqrt(max(0.0, self.squares / max(1, self.given) - self.value**2) / max(1, self.given))

    def __str__(self) -> str:
        if not self.given:
            return "-"
        told = f"{self.value:.1f} ± {self.error:.1f}"
        return told if self.given == self.asked else f"{told} (of {100 * self.given / self.asked:.0f} %)"


@dataclass(slots=True)
class Means:
    """Means by cell, in the order in which cells were first met."""

    cells: dict[Cell, Mean] = field(default_factory=dict)

    def add(self, answers: Iterable[Answer]) -> None:
        """Count one world's answers."""
        for cell, number in answers:
            self.cells.setdefault(cell, Mean()).add(number)

    def merge(self, other: "Means") -> None:
        """Count what others counted."""
        for cell, mean in other.cells.items():
            self.cells.setdefault(cell, Mean()).merge(mean)

    def __getitem__(self, cell: Cell) -> Mean:
        return self.cells[cell]

    def tables(self) -> Iterable[Table]:
        """One for each title, as a terminal shows it."""
        for title in dict.fromkeys(cell.table for cell in self.cells):
            cells = [cell for cell in self.cells if cell.table == title]
            columns = tuple(dict.fromkeys(cell.column for cell in cells))
            drawn = Table(Column(no_wrap=True), *columns, title=title, title_justify="left")
            for row in dict.fromkeys(cell.row for cell in cells):
                drawn.add_row(row, *(str(self.cells.get(Cell(title, row, column), "")) for column in columns))
            yield drawn
