"""How much a run measures: the whole, or quickly. Measures nothing."""

from dataclasses import dataclass, replace

ROUNDS, QUICK_ROUNDS = 5, 3


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the rooms take their sizes from.

    `rounds` of each variant, `seconds` of one turn of a server, `askers` whose dashboards are asked for, `people` whose
    week is closed in a round, `sessions` of everybody, rising, for the store's read.
    """

    is_quick: bool = False
    rounds: int = ROUNDS
    seconds: float = 3.0
    askers: int = 300
    people: int = 2_000
    sessions: tuple[int, ...] = (200_000, 2_000_000)

    @property
    def said(self) -> str:
        """The sizes in a line."""
        growth = " to ".join(f"{each:,}" for each in self.sessions)
        quickly = "Quickly, which says less: " if self.is_quick else ""
        return (
            f"{quickly}{self.rounds} rounds; {self.askers} dashboards for {self.seconds:g} s a turn;"
            f" weeks of {self.people:,} people a round; {growth} sessions of everybody"
        )


WHOLE = Sizes()
QUICK = replace(
    WHOLE, is_quick=True, rounds=QUICK_ROUNDS, seconds=1.0, askers=40, people=200, sessions=(30_000, 200_000)
)
