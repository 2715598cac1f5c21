"""What is read when somebody scrapes: the ledger, budgets, PostgreSQL. In the same words from every API process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.domain.cost import Budget
from app.jobs import LIMITS, JobKind, Queue
from app.storage import health
from app.storage.health import DatabaseHealth, Statements, TableHealth
from app.storage.jobs import desk, planning, promises, queues, reconciliation
from app.storage.jobs.queues import Depth
from app.storage.jobs.reconciliation import Reconciliation
from app.storage.money import budgets
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Present:
    """The ledger, the money and the database at one moment."""

    depths: Sequence[Depth]
    oldest_due_s: float
    paused: frozenset[str]
    decisions: Mapping[str, int]
    misses: int
    reconciled: Reconciliation | None
    budgets: Sequence[Budget]
    tables: Sequence[TableHealth]
    database: DatabaseHealth


async def read_present(tx: Tx) -> Present:
    """Read all of it, in one transaction."""
    return Present(
        depths=await queues.list_depths(tx),
        oldest_due_s=await planning.find_oldest_due_s(tx),
        paused=await queues.list_paused(tx),
        decisions=await desk.count_decisions(tx),
        misses=await promises.count_misses(tx),
        reconciled=await reconciliation.find_newest(tx),
        budgets=await budgets.list_budgets(tx),
        tables=await health.list_tables(tx),
        database=await health.find_database(tx),
    )


class _Series:
    """The series of a gauge with some values of its labels."""

    def __init__(self, family: GaugeMetricFamily, labelled: Sequence[str] = ()) -> None:
        self._family = family
        self._labelled = labelled

    def labels(self, *labelled: str) -> "_Series":
        """The one with these values."""
        return _Series(self._family, labelled)

    def set(self, value: float) -> None:
        """Tell it."""
        self._family.add_metric(list(map(str, self._labelled)), float(value))


class _Gauges(Collector):
    """Numbers that somebody else keeps, told once: an instrument would be kept by this process, and told by others."""

    def __init__(self) -> None:
        self._families: list[Metric] = []

    def gauge(self, name: str, meaning: str, *labels: str) -> _Series:
        """A new gauge of ours."""
        family = GaugeMetricFamily(f"spectrum_{name}", meaning, labels=labels)
        self._families.append(family)
        return _Series(family)

    def counter(self, name: str, meaning: str, values: Iterable[tuple[Sequence[str], float]], *labels: str) -> None:
        """A counter with its present values."""
        family = CounterMetricFamily(f"spectrum_{name}", meaning, labels=labels)
        for labelled, value in values:
            family.add_metric(labelled, value)
        self._families.append(family)

    def collect(self) -> Iterable[Metric]:
        return self._families


def gauges_of(present: Present | None, statements: Statements | None) -> CollectorRegistry:
    """The gauges, in a registry of their own; without what was read, that alone: last numbers would look present."""
    made, registry = _Gauges(), CollectorRegistry()
    made.gauge("ledger_readable", "1 when the ledger could be read for this scrape").set(present is not None)
    if present is not None:
        _fill(made, present)
    if statements is not None:
        _statements(made, statements)
    registry.register(made)
    return registry


def _fill(made: _Gauges, present: Present) -> None:
    _queues(made, present)
    _ledger(made, present)
    _reconciled(made, present.reconciled)
    _money(made, present.budgets)
    _tables(made, present.tables)
    _database(made, present.database)


def _queues(made: _Gauges, present: Present) -> None:
    oldest = made.gauge(
        "queue_oldest_due_seconds", "Age of the oldest runnable job that is not paused, 0 without", "queue"
    )
    paused = made.gauge("queue_paused", "1 while nothing of it is claimed", "name")
    whole = {depth.queue: depth for depth in present.depths if depth.kind is None}
    for queue in Queue:
        depth = whole.get(queue)
        oldest.labels(queue).set(depth.oldest_age_s or 0 if depth else 0)
    for name in (*Queue, *JobKind):
        paused.labels(name).set(name in present.paused)
    waiting = made.gauge("queue_depth", "Jobs runnable now", "queue", "kind")
    running = made.gauge("queue_running", "Jobs under a lease", "queue", "kind")
    dead = made.gauge("queue_dead", "Dead letters", "queue", "kind")
    finished = made.gauge("jobs_finished_15m", "Jobs that ended well in the last 15 minutes", "kind")
    p95 = made.gauge("job_p95_seconds", "95th percentile of a run over the last 15 minutes", "kind")
    by_kind = {depth.kind: depth for depth in present.depths if depth.kind is not None}
    for kind, limits in LIMITS.items():
        depth = by_kind.get(kind)
        waiting.labels(limits.queue, kind).set(depth.depth if depth else 0)
        running.labels(limits.queue, kind).set(depth.running if depth else 0)
        dead.labels(limits.queue, kind).set(depth.dead if depth else 0)
        finished.labels(kind).set(depth.finished if depth else 0)
        p95.labels(kind).set((depth.p95_duration_ms or 0) / 1000 if depth else 0)


def _ledger(made: _Gauges, present: Present) -> None:
    due = made.gauge("periods_oldest_due_seconds", "Age of the oldest period to be planned, 0 without")
    due.set(present.oldest_due_s)
    decided = made.gauge("dead_letters_decided", "Dead letters that the team retried or discarded, ever", "decision")
    for decision, count in present.decisions.items():
        decided.labels(decision).set(count)
    made.gauge("sla_misses", "Weeks and months whose promise was broken").set(present.misses)


def _reconciled(made: _Gauges, reconciled: Reconciliation | None) -> None:
    if reconciled is None:  # none of these gauges is 0 before the first count
        return
    state = made.gauge("sessions", "Sessions at the last reconciliation", "state")
    for name in ("acknowledged", "done", "dead", "pending", "lost"):
        state.labels(name).set(getattr(reconciled, name))
    made.gauge("reconciled_timestamp_seconds", "When that was").set(reconciled.at.timestamp())


def _money(made: _Gauges, found: Sequence[Budget]) -> None:
    allowed = made.gauge("budget_limit_microusd", "What a feature may spend", "feature", "period")
    spent = made.gauge("budget_spent_microusd", "What of it is gone in the present period", "feature", "period")
    reserved = made.gauge("budget_reserved_microusd", "What is put aside for calls under way", "feature", "period")
    for budget in found:
        allowed.labels(budget.feature, budget.period).set(budget.limit)
        spent.labels(budget.feature, budget.period).set(budget.spent)
        reserved.labels(budget.feature, budget.period).set(budget.reserved)


def _tables(made: _Gauges, tables: Sequence[TableHealth]) -> None:
    rows = made.gauge("table_rows", "Rows of a table, as PostgreSQL guesses", "table", "state")
    vacuumed = made.gauge("table_vacuumed_age_seconds", "Since its longest waiting part was vacuumed", "table")
    for table in tables:
        rows.labels(table.name, "live").set(table.live)
        rows.labels(table.name, "dead").set(table.dead)
        vacuumed.labels(table.name).set(table.vacuumed_age_s)
    scans = [((table.name, "sequential"), table.seq_scans) for table in tables]
    scans += [((table.name, "index"), table.index_scans) for table in tables]
    made.counter("table_scans", "Scans of a table or its parts", scans, "table", "by")
    pages = [((table.name, "hit"), table.index_hits) for table in tables]
    pages += [((table.name, "read"), table.index_reads) for table in tables]
    made.counter("table_index_pages", "Pages of its indexes that were in memory or not", pages, "table", "result")


def _database(made: _Gauges, database: DatabaseHealth) -> None:
    connections = made.gauge("database_connections", "Connections to the database", "state")
    connections.labels("open").set(database.connections)
    connections.labels("most").set(database.most_connections)
    made.gauge("database_xid_age", "Transactions since the oldest row that is not frozen").set(database.xid_age)
    indexes = made.gauge("indexes", "Indexes that are not valid, or were not used since counts began", "state")
    indexes.labels("invalid").set(database.invalid_indexes)
    indexes.labels("unused").set(database.unused_indexes)
    pages = [(("hit",), database.hits), (("read",), database.reads)]
    made.counter("database_pages", "Pages that were in PostgreSQL's memory or not", pages, "result")
    made.counter("database_deadlocks", "Transactions that PostgreSQL ended for others", [((), database.deadlocks)])
    made.counter("database_temporary_bytes", "Written for what took no memory", [((), database.temporary_bytes)])
    made.gauge("replicas", "Replicas that follow").set(database.replicas)
    if database.replica_lag_s is not None:
        made.gauge("replica_lag_seconds", "How far the slowest replica is behind").set(database.replica_lag_s)


def _statements(made: _Gauges, statements: Statements) -> None:
    made.counter("statements", "Statements that PostgreSQL ran", [((), statements.calls)])
    made.counter("statements_seconds", "How long they took together", [((), statements.seconds)])
    made.counter("statements_rows", "Rows that they touched", [((), statements.rows)])
    made.counter("statements_temporary_blocks", "Blocks they put on the disk", [((), statements.temporary_blocks)])
