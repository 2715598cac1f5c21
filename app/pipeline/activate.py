"""Makes a revision of a prompt the active one: while running, with a reason, and not without its marks."""

from app.domain.narrative import SAFETY_CHECKS
from app.domain.rubric import WRITING, may_be_active
from app.errors import ErrorCode, Problem, Refused
from app.pipeline.ports import Ports
from app.pipeline.writing import find_active
from app.storage.audit import keep_audit
from app.storage.store import Tx
from app.storage.words import activations, faults, scores
from app.storage.words.activations import Activation
from prompts import Revision


async def activate(
    ports: Ports, revision: Revision, *, actor: str, reason: str, expected: str | None = None, force: bool = False
) -> bool:
    """Let `revision` write from now on; whether it does. Also the way back: what wrote before may always write again.

    Refused when another one than `expected` is active, when it is active already, and below its marks unless `force`:
    a forced call takes effect when somebody else makes the same one within a day.
    """
    async with ports.store.for_everyone() as tx:
        await activations.keep_locked(tx, revision.prompt)
        active = await find_active(tx, revision.prompt)
        if expected is not None and active.name != expected:
            raise Refused(Problem(ErrorCode.CONFLICT, f"{active.name} is active now.", ("input", "expectedActive")))
        if active.hash == revision.hash:
            raise Refused(Problem(ErrorCode.ALREADY_DONE, f"{revision.name} is active already."))
        goes_back = await activations.find_previous(tx, revision.prompt) == revision.name
        fault = None if goes_back else await find_fault(tx, revision)
        if fault and not force:
            raise Refused(Problem(ErrorCode.INVALID, fault, ("input", "revisionId")))
        effective = fault is None or await activations.is_seconded(tx, revision.name, actor)
        await activations.keep(
            tx,
            Activation(
                prompt=revision.prompt,
                revision=revision.name,
                hash=revision.hash,
                previous=active.name,
                actor=actor,
                reason=reason,
                forced=fault is not None,
                effective=effective,
                goes_back=goes_back,
            ),
        )
        await keep_audit(tx, f"activate {revision.name}", actor=actor, reason=reason)
    return effective


async def find_fault(tx: Tx, revision: Revision) -> str | None:
    """Why a revision may not be made active, in a sentence; None when it may."""
    unsafe = await faults.count(tx, revision.name, SAFETY_CHECKS)
    if unsafe:
        return f"Drafts of {revision.name} failed checks of safety: {unsafe} times."
    by_scorer = (await scores.list_quality(tx, [revision.name], WRITING))[revision.name]
    for scorer, found in by_scorer.items():
        if not may_be_active(found.passed, found.scored, safety_failures=unsafe, mean=found.mean.mean, rubric=WRITING):
            return (
                f"By {scorer.lower()} scores {revision.name} lies below its marks: {found.passed} of {found.scored}"
                f" texts pass, the mean is {found.mean.mean:.1f}, and {WRITING.pass_mark} is needed."
            )
    return None
