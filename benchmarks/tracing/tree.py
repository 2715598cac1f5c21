"""A trace as a tree of text: what led to what, how long it took, and what it is linked to. Reads spans only."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.tracing.receiver import Told

SHOWN = {
    "spectrum.outcome": "",
    "spectrum.news": "",
    "spectrum.count": "count ",
    "messaging.batch.message_count": "batch ",
    "spectrum.job.attempt": "attempt ",
    "spectrum.job.waited_ms": "waited ms ",
    "gen_ai.request.model": "",
    "error.type": "failed: ",
}
"""Attributes that stand behind a span's name, and what is put before each."""


def tree_of(spans: Sequence[Told], trace: str) -> list[str]:
    """One trace, a span a line, under it what it led to; the lines of its links say which traces they mean."""
    mine = sorted((span for span in spans if span.trace == trace), key=lambda span: span.began_ns)
    ids = {span.id for span in mine}
    below: dict[str, list[Told]] = {}
    for span in mine:
        below.setdefault(span.parent if span.parent in ids else "", []).append(span)
    lines = [f"trace {trace}"]
    for root in below.get("", ()):
        lines += _lines(root, below, "")
    return lines


def _lines(span: Told, below: Mapping[str, Sequence[Told]], indent: str) -> Iterator[str]:
    shown = [f"{before}{span.attributes[name]}" for name, before in SHOWN.items() if name in span.attributes]
    took = f"{(span.ended_ns - span.began_ns) / 1e6:9.2f} ms"
    yield f"{took}  {indent}{span.name}" + (f"  ({', '.join(shown)})" if shown else "")
    linked: dict[str, int] = {}
    for trace, _ in span.links:
        linked[trace] = linked.get(trace, 0) + 1
    for trace in linked:
        yield f"{'':12}  {indent}  ~ linked to trace {trace}"
    for each in below.get(span.id, ()):
        yield from _lines(each, below, indent + "   ")
