"""Statements that the product runs often, by the index that each of them is the reason for. Runs none by itself.

Each is a call of the store's own function, so that what is planned is what is sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from app.domain.periods import Period, PeriodKind
from app.domain.rubric import WRITING
from app.domain.sessions import SessionStatus
from app.jobs import AGGREGATION, JobKind, PersonAt, Queue, rewrite_period
from app.storage import audit, people, wrapped
from app.storage.engagement import assignments, cohorts, events, plans, usage
from app.storage.forgetting import erasure, operations
from app.storage.history import exclusions, numbers, sessions, timeline
from app.storage.jobs import desk, ledger, planning, promises, queues, reconciliation
from app.storage.money import calls
from app.storage.notify import devices, pushes, webhooks
from app.storage.people import NewPerson
from app.storage.store import Tx
from app.storage.words import aggregates, decisions, made, pairs, quality, scores, shadows, writings
from tests.life import DEVICE
from tests.storage.crowd import PEOPLE

MANY = 1_000
"""Rows that upkeep erases at once."""
REVISION = "weekly-card@3"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the crowd, and ids of what is there."""

    person: PersonAt
    session: UUID
    writing: UUID
    prompt_hash: str
    operation: UUID
    review: UUID
    webhook: UUID
    first: date
    today: date

    @property
    def days(self) -> Period:
        """The month their sessions begin in."""
        return Period(self.first, self.first + timedelta(days=29))

    @property
    def crowd(self) -> list[UUID]:
        """A batch: as small a part of the crowd as a hundred people are of forty thousand."""
        return [UUID(md5(f"person-{n}".encode()).hexdigest()) for n in range(1, PEOPLE // 400 + 1)]


Call = Callable[[Tx, Known], Awaitable[Any]]


async def _meet(tx: Tx, it: Known) -> None:
    now = datetime.now(UTC)
    await people.keep_new_people(tx, [NewPerson(uuid4(), "subject", b"", "key", "UTC", now, it.today, "PLUS")])


ACROSS: dict[str, Call] = {
    "assignment_age": lambda tx, _: assignments.erase_old(tx, days=400, limit=MANY),
    "assignment_experiment": lambda tx, _: cohorts.count_arms(tx, "experiment-3", within_days=14),
    "audit_decision": lambda tx, _: desk.count_decisions(tx),
    "audit_actor": lambda tx, _: audit.keep_at_most(tx, 3, timedelta(days=1), "EXPORT", actor="actor-1", reason="plan"),
    "audit_age": lambda tx, _: audit.erase_old(tx, days=365),
    "blind_judgement_age": lambda tx, _: pairs.erase_old(tx, days=365),
    "blind_judgement_review": lambda tx, it: pairs.list_judgements(tx, it.review),
    "blind_pair_age": lambda tx, _: pairs.erase_old(tx, days=365),
    "blind_pair_review": lambda tx, it: pairs.find_standing(tx, it.review, 2),
    "device_age": lambda tx, _: devices.erase_old(tx, days=180),
    "device_endpoint": lambda tx, it: devices.keep(tx, it.person.id, DEVICE),
    "event_age": lambda tx, _: events.erase_old(tx, days=400, limit=MANY),
    "event_time": lambda tx, it: usage.count_active(tx, Period(it.today, it.today)),
    "feedback_revision": lambda tx, _: quality.list_quality(tx, [REVISION], safety=[]),
    "job_claim": lambda tx, _: ledger.claim(tx, Queue.MINUTES, "a worker"),
    "job_dead": lambda tx, _: queues.list_depths(tx),
    "job_finished": lambda tx, _: ledger.erase_finished(tx, days=30, limit=MANY),
    "job_period": lambda tx, it: promises.list_worst(tx, PeriodKind.WEEK, date(2026, 2, 2)),
    "model_call_open": lambda tx, _: calls.settle_forgotten(tx),
    "model_call_answer": lambda tx, _: calls.erase_unpublished(tx, days=1),
    "session_received": lambda tx, _: reconciliation.keep_reconciliation(tx, days=31),
    "session_numbers_analysed": lambda tx, _: sessions.list_outdated_people(tx, "another", retention_days=30, limit=9),
    "model_call_age": lambda tx, _: calls.erase_old(tx, days=90, limit=MANY),
    "model_call_question": lambda tx, _: calls.was_refused(tx, "digest", "hash"),
    "operation_id": lambda tx, it: operations.find_any(tx, it.operation),
    "period_aggregate_promise": lambda tx, it: promises.find_promise(tx, PeriodKind.WEEK, it.days),
    "person_master_key": lambda tx, _: wrapped.list_old_data_keys(tx, ["old"], after=UUID(int=0), limit=MANY),
    "person_month_planned": lambda tx, _: planning.keep_due(tx, PeriodKind.MONTH),
    "person_week_planned": lambda tx, _: planning.keep_due(tx, PeriodKind.WEEK),
    "push_age": lambda tx, _: pushes.erase_old(tx, days=400, limit=MANY),
    "rubric_score_age": lambda tx, _: scores.erase_old(tx, days=365, limit=MANY),
    "rubric_score_revision": lambda tx, _: scores.list_quality(tx, [REVISION], WRITING),
    "safety_decision_at": lambda tx, it: decisions.list_decisions(tx, Period(it.today, it.today), first=50, after=None),
    "safety_decision_revision": lambda tx, _: quality.list_quality(tx, [REVISION], safety=[]),
    "sealed_text_age": lambda tx, _: sessions.erase_expired_text(tx, 30, limit=MANY),
    "shadow_text_age": lambda tx, _: shadows.erase_old(tx, days=90, limit=MANY),
    "tombstone_subject": _meet,
    "upgrade_age": lambda tx, _: plans.erase_old(tx, days=400, limit=MANY),
    "webhook_delivery_age": lambda tx, _: webhooks.erase_old(tx, days=30, limit=MANY),
    "webhook_delivery_page": lambda tx, it: webhooks.list_deliveries(tx, it.webhook, first=20, before=None),
    "writing_id": lambda tx, it: made.find(tx, it.writing),
    "writing_pulled": lambda tx, _: calls.was_refused(tx, "digest", "hash"),
    "writing_question": lambda tx, _: calls.find_answer(tx, "digest", "hash"),
    "writing_revision": lambda tx, _: quality.list_quality(tx, [REVISION], safety=[]),
    "writing_written": lambda tx, it: scores.list_unscored(tx, [it.prompt_hash], WRITING, limit=100),
}
"""Read past people, by the batch role: planning, upkeep, the team."""
_SMALL = "a range of a BRIN is 128 pages, and a partition here has not as many"
FROM_A_SIZE_ON = dict.fromkeys(("event_time", "session_received", "session_numbers_analysed"), _SMALL)
"""Indexes that these tables are too small for: they are taken once reading the whole is not allowed."""
OF_ONE: dict[str, Call] = {
    # what the foreign key asks when a card goes, in the same words (its own statement is sent by nobody)
    "event_about": lambda tx, it: tx.fetch(
        "SELECT FROM event WHERE $1 = person_id AND $2 = writing_id", it.person.id, it.writing
    ),
    "event_push": lambda tx, it: pushes.find_occasion(tx, pushes.PushKey(it.person.id, PeriodKind.WEEK, it.first)),
    "job_person": lambda tx, it: ledger.list_open_days(tx, it.person.id, list(AGGREGATION.values())),
    "session_day": lambda tx, it: timeline.list_lived(tx, it.person.id, first=50, after=None),
    "session_numbers_day": lambda tx, it: numbers.repack(tx, it.person.id, it.days),
    "session_waiting": lambda tx, it: sessions.list_waiting(tx, it.person.id),
    "webhook_delivery_person": lambda tx, it: erasure.erase(tx, it.person.id, ("webhook_delivery",)),
    "writing_feed": lambda tx, it: writings.list_feed(tx, it.person.id, first=20, after=None),
}
"""Read of one person, by the person role."""
BY_KEY: dict[str, Call] = {
    "head": lambda tx, it: people.find_head(tx, it.person.id),
    "landscape": lambda tx, it: numbers.list_numbers(tx, it.person.id, it.days),
    "its turns": lambda tx, it: numbers.list_packed(tx, it.person.id, it.days),
    "left out": lambda tx, it: exclusions.list_targets(tx, it.person.id),
    "sessions": lambda tx, it: sessions.list_page(
        tx, it.person.id, sessions.SessionFilter(it.days), first=20, after=None
    ),
    "one session": lambda tx, it: sessions.find(tx, it.person.id, it.session),
    "its words": lambda tx, it: sessions.find_sealed(tx, it.person.id, it.session),
    "its numbers": lambda tx, it: numbers.list_by_session(tx, it.person.id, [it.session]),
    "analysed": lambda tx, it: sessions.keep_status(tx, it.person.id, it.session, SessionStatus.DONE),
    "days": lambda tx, it: sessions.list_days(tx, it.person.id, since=it.first),
    "one card": lambda tx, it: writings.find(tx, it.person.id, it.writing),
    "fence": lambda tx, it: people.keep_revision(tx, it.person),
    "weeks": lambda tx, it: aggregates.list_first_days(tx, it.person.id, PeriodKind.WEEK),
}
"""What else is read and written of one person while they wait, or for them."""
FORGETTING: dict[str, Call] = {"forgetting": lambda tx, it: erasure.erase(tx, it.person.id, erasure.HISTORY)}
"""The same by the batch role."""
IN_A_WAVE: dict[str, Call] = {
    "head": lambda tx, it: tx.fetch("SELECT * FROM head($1)", it.person.id),
    "what is open": lambda tx, it: ledger.list_open_days(tx, it.person.id, list(AGGREGATION.values())),
    "whether it is open": lambda tx, it: ledger.has_open(
        tx, it.person.id, [JobKind.REBUILD], {"analyser_version": "none"}
    ),
    "how late the queues are": lambda tx, _: queues.list_oldest(tx),
    "what they were promised": lambda tx, it: ledger.list_promised(
        tx, JobKind.WEEKLY_AGGREGATION, dict.fromkeys(it.crowd, it.first)
    ),
}
"""What is asked of the ledger about some, while it is full of everybody's jobs."""
OF_A_HUNDRED: dict[str, Call] = {
    "claim": lambda tx, _: ledger.claim(tx, Queue.MINUTES, "a worker"),
    "words again, unless they are asked for": lambda tx, it: ledger.keep_jobs(
        tx, [rewrite_period(PeriodKind.WEEK, PersonAt(id_, 0), it.first, revision=1) for id_ in it.crowd]
    ),
    "who waits unasked": lambda tx, _: planning.list_unasked(tx, limit=100),
}
"""The same about the hundred that are next."""
OF_A_BATCH: dict[str, Call] = {
    "numbers of a hundred people": lambda tx, it: numbers.list_numbers_by_person(tx, dict.fromkeys(it.crowd, it.days)),
    "how their sessions came": lambda tx, it: sessions.list_arrivals(tx, dict.fromkeys(it.crowd, it.days)),
    "how much care they need": lambda tx, it: sessions.list_care(tx, dict.fromkeys(it.crowd, it.days)),
    "what came before": lambda tx, it: numbers.list_before(tx, dict.fromkeys(it.crowd, it.first)),
    "who is known": lambda tx, it: sessions.list_known(tx, it.crowd, [uuid4() for _ in it.crowd]),
    "planning a week": lambda tx, _: planning.keep_due(tx, PeriodKind.WEEK),
    "who should have been planned": lambda tx, _: planning.find_oldest_due_s(tx),
    "who misses a week": lambda tx, it: promises.find_promise(
        tx, PeriodKind.WEEK, Period(it.first, it.first + timedelta(days=6))
    ),
    "erasing words": lambda tx, _: sessions.erase_expired_text(tx, 30, limit=MANY),
}
"""What is read of many people at once."""
assert PEOPLE > MANY
