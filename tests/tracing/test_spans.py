"""A span carries enums, counts and places of a closed list, and nothing else, whoever sets it."""

import ast
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from app import tracing
from app.tracing import ATTRIBUTES
from benchmarks.tracing.receiver import Collector
from benchmarks.tracing.tree import tree_of
from tests.leakage.canaries import canary, found_in

ROOT = Path(__file__).parents[2]
PLACES = {"role", "follows", "alone", "from_outside", "began_ns"}
WORDS = f"I felt {canary(20)} today"
OFF = """
import asyncio, sys
from app import tracing

async def main():
    async with tracing.exporting(None, ratio=1, version="1", instance="i"):
        with tracing.span("job", attempt=1) as span:
            span.set(outcome="SUCCEEDED")
            span.link(["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
            tracing.mark(news="RESET")
            print(span is tracing.NOTHING, tracing.current(), tracing.now_ns())
asyncio.run(main())
print(any(name.split(".")[0] == "opentelemetry" for name in sys.modules))
"""


async def test_whatever_is_no_plain_value_is_left_out(collector: Collector) -> None:
    """Sentences, long texts, unknown names and messages of errors are in no span, however they are offered."""
    async with tracing.exporting(collector.url, ratio=1, version="1", instance="i"):
        try:
            with tracing.span("job", outcome=WORDS, text=canary(21), attempt=2) as span:
                span.set(where=canary(22) * 9, kind=f"{canary(23)}\n", model="a/model-1")
                span.set(queue=str(uuid4()), feature=uuid4().hex)  # nobody's id
                tracing.mark(note=canary(24), news="RESET")
                raise ValueError(WORDS) from KeyError(canary(25))  # noqa: TRY301 - it is the block's own
        except ValueError:
            pass
    (told,) = collector.spans
    assert told.failed
    assert told.attributes.pop("spectrum.where").startswith("test_spans.py:")
    assert told.attributes == {
        "spectrum.job.attempt": 2,
        "gen_ai.request.model": "a/model-1",
        "spectrum.news": "RESET",
        "error.type": "ValueError",
    }
    assert not found_in(bytes(collector.raw))


async def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(collector: Collector) -> None:
    """What cannot be read is not followed: too short, all zeros, another version, words."""
    broken = ["", "00-0", f"00-{'0' * 32}-b7ad6b7169203331-01", "01-" + "a" * 32 + "-b7ad6b7169203331-01", WORDS]
    async with tracing.exporting(collector.url, ratio=1, version="1", instance="i"):
        for text in broken:
            with tracing.span("job", follows=text, alone=True):
                pass
    assert [span.parent for span in collector.spans] == [""] * len(broken)
    assert not found_in(bytes(collector.raw))


async def test_a_tree_shows_what_led_to_what(collector: Collector) -> None:
    """A span a line, indented under the one before it, with what it is linked to."""
    async with tracing.exporting(collector.url, ratio=1, version="1", instance="i"):
        with tracing.span("first") as first:
            with tracing.span("second", outcome="SUCCEEDED"):
                pass
            with tracing.span("third") as third:
                third.link([first.context or ""])
    trace = collector.spans[0].trace
    lines = [line.partition(" ms  ")[2] or line.strip() for line in tree_of(collector.spans, trace)]
    assert lines == [f"trace {trace}", "first", "   second  (SUCCEEDED)", "   third", f"~ linked to trace {trace}"]


def test_without_an_endpoint_nothing_is_loaded() -> None:
    """A span is one shared object then, and OpenTelemetry is not imported."""
    said = subprocess.run([sys.executable, "-c", OFF], cwd=ROOT, capture_output=True, check=True, text=True)
    assert said.stdout.split() == ["True", "None", "None", "False"]


def _named() -> list[tuple[str, str, ast.Call]]:
    """Give every call in the product that begins, marks or sets a span, with its place and its name."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), node)
        for room in ("app", "graphql_schema", "workers")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name != "tracing.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tracing.span", "tracing.mark", "span.set")
    ]


def test_every_attribute_is_of_the_closed_list() -> None:
    """Whoever adds one adds it to the list, where it is seen."""
    found = _named()
    assert len(found) >= 8
    for place, name, call in found:
        keys = {keyword.arg for keyword in call.keywords if keyword.arg}
        assert keys <= ATTRIBUTES.keys() | (PLACES if name == "tracing.span" else set()), place
