"""What the words of a period rest on, read in one transaction; equal values mean that nothing changed meanwhile."""

from dataclasses import dataclass

from app.domain.affect import CareLevel, SessionNumbers
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, fold
from app.domain.periods import Period, PeriodKind, baseline_of, previous
from app.errors import ErrorCode, SpectrumError
from app.jobs import PersonAt
from app.storage import exclusions, numbers, sessions
from app.storage.store import Tx


class InputsChanged(SpectrumError):
    """The numbers changed while they were written about; writing again is right."""

    code = ErrorCode.CONFLICT


@dataclass(frozen=True, slots=True)
class Inputs:
    """The session numbers of a period and the 12 weeks before it, what is left out of them, and the care level."""

    person: PersonAt
    kind: PeriodKind
    period: Period
    numbers: tuple[SessionNumbers, ...]
    targets: tuple[ExclusionTarget, ...]
    care: CareLevel

    @property
    def current(self) -> Fold:
        """The period, folded."""
        return fold(self.numbers, self.targets, self.period)

    @property
    def baseline(self) -> Fold | None:
        """One's own usual, None when nothing came before."""
        usual = fold(self.numbers, self.targets, baseline_of(self.period))
        return usual if usual.sessions else None

    @property
    def before(self) -> Fold | None:
        """The week or month before, None when it has no session."""
        earlier = fold(self.numbers, self.targets, previous(self.kind, self.period))
        return earlier if earlier.sessions else None


async def find_inputs(tx: Tx, person: PersonAt, kind: PeriodKind, period: Period) -> Inputs:
    """Read what the words of `period` rest on."""
    span = Period(min(baseline_of(period).first, previous(kind, period).first), period.last)
    return Inputs(
        person=person,
        kind=kind,
        period=period,
        numbers=tuple(await numbers.list_numbers(tx, person.id, span)),
        targets=tuple(await exclusions.list_targets(tx, person.id)),
        care=await sessions.find_care(tx, person.id, period),
    )


async def require_unchanged(tx: Tx, inputs: Inputs) -> None:
    """InputsChanged unless reading again gives the same: words never outlive their numbers."""
    if await find_inputs(tx, inputs.person, inputs.kind, inputs.period) != inputs:
        raise InputsChanged("The numbers changed while they were written about.")
