"""The promise of words in time, and how well it was kept. Counts only; knows no clock and no person."""

from dataclasses import dataclass

TARGET_S = 3600
"""Words are promised this long after the end of a person's own week or month."""
OBJECTIVE = 0.99
"""The share of people for whom it must be kept."""


@dataclass(frozen=True, slots=True)
class Promise:
    """How the promise went for everybody whose period is over; sessions that all came later promise nothing.

    `due` is the sum of the four that follow. `on_time`, `late`: published within the target, or after it; `missing`:
    not published yet; `not_enough_data`: there was too little to tell. Lags are seconds, None when nothing was
    published. `complete`: every time zone has passed its target.
    """

    due: int
    on_time: int
    late: int
    missing: int
    not_enough_data: int
    p50_lag_s: float | None
    p95_lag_s: float | None
    p99_lag_s: float | None
    complete: bool

    @property
    def promised(self) -> int:
        """People for whom there was something to tell, or may be."""
        return self.due - self.not_enough_data

    @property
    def met(self) -> bool | None:
        """Whether it was kept often enough; None until every time zone has passed its target."""
        return self.on_time >= OBJECTIVE * self.promised if self.complete else None
