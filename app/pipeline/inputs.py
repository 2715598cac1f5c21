"""What the words of a period rest on, read in one transaction; equal values mean that nothing changed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.domain.affect import CareLevel
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, fold
from app.domain.periods import Period, PeriodKind, baseline_of, previous
from app.domain.table import SessionTable
from app.errors import ErrorCode, SpectrumError
from app.jobs import PersonAt
from app.storage import people
from app.storage.history import exclusions, numbers, sessions
from app.storage.store import Tx


class InputsChanged(SpectrumError):
    """The numbers changed while they were written about; writing again is right."""

    code = ErrorCode.CONFLICT


@dataclass(frozen=True, slots=True)
class Inputs:
    """The session numbers of a period and the 12 weeks before it, what is left out of them, and the care level.

    `revision`, `zone` and how many `erasures` of sessions there were are the person's when this was read.
    """

    person: PersonAt
    kind: PeriodKind
    period: Period
    numbers: SessionTable
    targets: tuple[ExclusionTarget, ...]
    care: CareLevel
    revision: int = field(compare=False)
    erasures: int = field(compare=False)
    zone: str = field(compare=False)
    current: Fold = field(init=False, repr=False, compare=False)
    """The period, folded."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "current", fold(self.numbers, self.targets, self.period))

    @property
    def baseline(self) -> Fold | None:
        """One's own usual, None when nothing came before."""
        usual = fold(self.numbers, self.targets, baseline_of(self.period), alike=self.current)
        return usual if usual.sessions else None

    @property
    def before(self) -> Fold | None:
        """The week or month before, None when it has no session."""
        earlier = fold(self.numbers, self.targets, previous(self.kind, self.period))
        return earlier if earlier.sessions else None


async def list_inputs(tx: Tx, kind: PeriodKind, asked: Mapping[UUID, Period]) -> dict[UUID, Inputs]:
    """Read what the words of each person's period rest on; without the people who are not there any more."""
    heads = await people.list_heads(tx, list(asked))
    periods = {person_id: period for person_id, period in asked.items() if person_id in heads}
    spans = {
        person_id: Period(min(baseline_of(period).first, previous(kind, period).first), period.last)
        for person_id, period in periods.items()
    }
    known = await numbers.list_numbers_by_person(tx, spans)
    targets = await exclusions.list_targets_by_person(tx, periods)
    care = await sessions.list_care(tx, periods)
    return {
        person_id: Inputs(
            person=heads[person_id].person,
            kind=kind,
            period=period,
            numbers=known[person_id],
            targets=tuple(targets[person_id]),
            care=care[person_id],
            revision=heads[person_id].revision,
            erasures=heads[person_id].erasures,
            zone=heads[person_id].zone,
        )
        for person_id, period in periods.items()
    }


async def require_unchanged(tx: Tx, inputs: Inputs) -> None:
    """InputsChanged unless reading again gives the same: words never outlive their numbers.

    The caller's fence has raised the revision by one; if nothing else did, there is nothing to compare.
    """
    person_id = inputs.person.id
    head = await people.find_head(tx, person_id)
    if head is not None and head.revision == inputs.revision + 1:
        return
    if (await list_inputs(tx, inputs.kind, {person_id: inputs.period})).get(person_id) != inputs:
        raise InputsChanged("The numbers changed while they were written about.")
