"""What an API process and a worker really expose, after somebody has used them. Checks nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as parse

from app.telemetry import serving_metrics
from app.wiring import Spectrum
from tests.client import LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, owner_of, work_off
from tests.programs import free_port

Exposed = dict[str, frozenset[str]]

NOT_HERE = {
    "spectrum_replica_lag_seconds": frozenset[str](),
    "spectrum_statements_total": frozenset[str](),
    "spectrum_statements_seconds_total": frozenset[str](),
    "up": frozenset({"job", "instance"}),
}
"""Told where a replica follows, where pg_stat_statements counts, and by Prometheus itself."""


@pytest.fixture(scope="module")
async def exposed(spectrum: Spectrum, servers: object) -> AsyncIterator[Exposed]:
    """Give every metric that an API process or a worker exposes, with its labels."""
    async with Client.of(spectrum, AUTH_SECRET) as client, owner_of(spectrum, servers) as owner:  # type: ignore[arg-type]
        await client.ingest(session("somebody", JUNE, LIGHT))
        await work_off(spectrum, owner)
        await client.ask("{ viewer { spectrum { state } } }", subject="somebody")
        await owner.execute("VACUUM person")
        await owner.execute("INSERT INTO reconciliation VALUES (now(), 1, 1, 0, 0) ON CONFLICT DO NOTHING")
        answer = await client.http.get("/metrics", headers={"accept": "application/openmetrics-text"})
        found = _of(text_string_to_metric_families(answer.text))  # type: ignore[no-untyped-call]
        port = free_port()
        with serving_metrics("127.0.0.1", port):  # as a worker serves its own
            async with httpx.AsyncClient() as http:
                text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        yield NOT_HERE | _of(parse(text)) | found


def _of(families: object) -> Exposed:
    """Every series' name with its labels; of an instrument that has none yet, those that it will have."""
    found: Exposed = {}
    for family in families:  # type: ignore[attr-defined]
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
