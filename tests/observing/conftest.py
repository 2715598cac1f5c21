"""What an API process and a worker really expose, after somebody has used them. Checks nothing."""

from collections.abc import AsyncIterator, Iterable

import httpx
import pytest
from prometheus_client import REGISTRY, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.utils import floatToGoString

from app.domain.cost import Feature
from app.edge.serving.observed import Outcome
from app.jobs import AGGREGATION, FailureClass, JobKind
from app.storage.money.calls import NotReserved
from app.storage.money.calls import Outcome as Answered
from app.telemetry import serving_metrics
from app.vitals import look
from app.wiring import Spectrum
from tests.client import LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, owner_of, work_off
from tests.observing.promql import Values
from tests.programs import free_port
from workers.runner import Ended

Exposed = dict[str, frozenset[str]]

NOT_HERE = {
    "spectrum_replica_lag_seconds": frozenset[str](),
    "spectrum_statements_total": frozenset[str](),
    "spectrum_statements_seconds_total": frozenset[str](),
    "up": frozenset({"job", "instance"}),
}
"""Told where a replica follows, where pg_stat_statements counts, and by Prometheus itself."""

PROMISED = frozenset(AGGREGATION.values())
CLOSED: Values = {
    ("spectrum_operation_seconds", "outcome"): frozenset(Outcome),
    ("spectrum_job_seconds", "kind"): frozenset(JobKind),
    ("spectrum_job_attempts", "kind"): frozenset(JobKind),
    ("spectrum_job_attempts", "outcome"): frozenset(Ended) | frozenset(FailureClass),
    ("spectrum_promise_seconds", "kind"): PROMISED,
    ("spectrum_model_calls", "feature"): frozenset(Feature),
    ("spectrum_model_calls", "outcome"): frozenset(Answered),
    ("spectrum_model_not_asked", "reason"): frozenset(NotReserved),
}
"""What the code can say, of instruments whose series come with their first use."""


@pytest.fixture(scope="module")
def exposed(scraped: list[Metric]) -> Exposed:
    """Give every metric that an API process or a worker exposes, with its labels."""
    return NOT_HERE | _of(scraped)


@pytest.fixture(scope="module")
def values(scraped: list[Metric]) -> Values:
    """Give what each label of each metric was just now, and what the code may say besides; of buckets, their bounds."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for family in scraped:
        for sample in family.samples:
            for label, value in sample.labels.items():
                found[sample.name, label] = found.get((sample.name, label), frozenset()) | {value}
    for (name, label), closed in CLOSED.items():
        for suffix in ("", "_bucket", "_count", "_sum", "_total"):
            found[name + suffix, label] = closed
    for name, instrument in REGISTRY._names_to_collectors.items():
        if isinstance(instrument, Histogram) and not name.endswith(("_bucket", "_count", "_sum", "_created")):
            found[f"{name}_bucket", "le"] = frozenset(map(floatToGoString, instrument._upper_bounds))
    return found


@pytest.fixture(scope="module")
async def scraped(spectrum: Spectrum, servers: object) -> AsyncIterator[list[Metric]]:
    """Give all that an API process and a worker expose, after somebody used them."""
    async with Client.of(spectrum, AUTH_SECRET) as client, owner_of(spectrum, servers) as owner:  # type: ignore[arg-type]
        await client.ingest(session("somebody", JUNE, LIGHT))
        await work_off(spectrum, owner)
        await client.ask("{ viewer { spectrum { state } } }", subject="somebody")
        await owner.execute("VACUUM person")
        await owner.execute("INSERT INTO reconciliation VALUES (now(), 1, 1, 0, 0) ON CONFLICT DO NOTHING")
        look(spectrum.ports.store.count_connections)
        answer = await client.http.get("/metrics", headers={"accept": "application/openmetrics-text"})
        found = list(text_string_to_metric_families(answer.text))  # type: ignore[no-untyped-call]
        port = free_port()
        with serving_metrics("127.0.0.1", port):  # as a worker serves its own
            async with httpx.AsyncClient() as http:
                text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        yield [*parse(text), *found]


def _of(families: Iterable[Metric]) -> Exposed:
    """Every series' name with its labels; of an instrument that has none yet, those that it will have."""
    found: Exposed = {}
    for family in families:
        for sample in family.samples:
            found[sample.name] = frozenset(sample.labels) | found.get(sample.name, frozenset())
        if not family.samples:
            found |= _planned(family.name, family.type)
    return found


def _planned(name: str, type_: str) -> Exposed:
    instrument = REGISTRY._names_to_collectors.get(name)
    labels = frozenset(getattr(instrument, "_labelnames", ()))
    if type_ == "histogram":
        return {f"{name}_bucket": labels | {"le"}, f"{name}_count": labels, f"{name}_sum": labels}
    return {f"{name.removesuffix('_total')}_total" if type_ == "counter" else name: labels}
