"""What a client may say on a socket: every frame is taken or refused, and a refusal repeats nothing."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.edge.sockets.frames import MAX_FRAME_BYTES, FrameRefused, read_frame

TYPES = ("connection_init", "ping", "pong", "subscribe", "complete")
MARK = "canary"
LONGEST_REASON_BYTES = 123
"""What fits into a close frame (RFC 6455 §5.5)."""

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_payloads = st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions", "other"]), _values, max_size=4
)
_messages = st.dictionaries(st.sampled_from(["id", "payload", "extra"]), _values | _payloads, max_size=3)


def _refused(text: str) -> str:
    with pytest.raises(FrameRefused) as refused:
        read_frame(text)
    return str(refused.value)


def _frame(**message: Any) -> str:
    return json.dumps(message)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": {"authorization": "Bearer x", "more": [1]}},
        {"type": "ping", "payload": {"anything": 1}},
        {"type": "pong"},
        {"type": "complete", "id": "1"},
        {"type": "subscribe", "id": "x" * 128, "payload": {"query": "{ a }"}},
        {
            "type": "subscribe",
            "id": "1",
            "payload": {"query": "query Q { a }", "variables": {"a": None}, "operationName": "Q", "extensions": {}},
        },
    ],
)
def test_what_the_protocol_has_is_taken_as_it_is(message: dict[str, Any]) -> None:
    """Each message of a client's, with all and with the least that it may hold."""
    assert read_frame(json.dumps(message)) == message


def test_null_is_as_if_it_were_not_there() -> None:
    """The protocol lets a client send null for what it leaves out."""
    assert read_frame(_frame(type="connection_init", payload=None)) == {"type": "connection_init"}
    asked = {"query": "{ a }", "variables": None, "operationName": None, "extensions": None}
    message = read_frame(_frame(type="subscribe", id="1", payload=asked))
    assert message["payload"] == {"query": "{ a }"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        MARK,
        f'"{MARK}"',
        f'["{MARK}"]',
        "null",
        "NaN",
        '{"type": "ping", "payload": NaN}',
        '{"type": "ping"} {"type": "ping"}',
        '{"type": "ping", "payload": {"a": "\\ud800"}}',
        "[" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        _frame(type="ping", payload={"a": "x" * MAX_FRAME_BYTES}),
        _frame(type=MARK),
        _frame(type=["ping"]),
        _frame(type=None),
        _frame(type="connection_ack"),
        _frame(type="next", id="1", payload={}),
        _frame(type="ping", id="1"),
        _frame(type="ping", **{MARK: 1}),
        _frame(type="ping", payload=MARK),
        _frame(type="connection_init", payload=[MARK]),
        _frame(type="complete"),
        _frame(type="complete", id=""),
        _frame(type="complete", id=1),
        _frame(type="complete", id=MARK * 22),
        _frame(type="subscribe", id="1"),
        _frame(type="subscribe", id="1", payload=[]),
        _frame(type="subscribe", id="1", payload={}),
        _frame(type="subscribe", payload={"query": "{ a }"}),
        _frame(type="subscribe", id="1", payload={"query": [MARK]}),
        _frame(type="subscribe", id="1", payload={"query": "{ a }", "variables": [MARK]}),
        _frame(type="subscribe", id="1", payload={"query": "{ a }", "variables": MARK}),
        _frame(type="subscribe", id="1", payload={"query": "{ a }", "operationName": {MARK: 1}}),
        _frame(type="subscribe", id="1", payload={"query": "{ a }", "extensions": MARK}),
        _frame(type="subscribe", id="1", payload={"query": "{ a }", MARK: 1}),
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """A refusal fits into a close frame and repeats nothing of what was sent."""
    sentence = _refused(text)
    assert MARK not in sentence
    assert len(sentence.encode()) <= LONGEST_REASON_BYTES


@given(st.text() | st.binary().map(lambda sent: sent.decode("utf-8", errors="surrogateescape")))
def test_any_text_is_decided(text: str) -> None:
    """Whatever is sent is taken or refused, and nothing else happens."""
    with suppress(FrameRefused):
        assert read_frame(text)["type"] in TYPES


@given(st.sampled_from(TYPES) | st.text(), _messages)
def test_any_message_is_decided(kind: str, rest: dict[str, Any]) -> None:
    """What is nearly of the protocol, too; what is taken has the shapes that Strawberry's handler relies on."""
    try:
        message = read_frame(json.dumps({"type": kind, **rest}))
    except FrameRefused:
        return
    assert message["type"] in TYPES
    assert isinstance(message.get("payload", {}), dict)
    if message["type"] in {"subscribe", "complete"}:
        assert isinstance(message["id"], str)
    if message["type"] == "subscribe":
        assert isinstance(message["payload"]["query"], str)
        assert isinstance(message["payload"].get("variables", {}), dict)
        assert isinstance(message["payload"].get("operationName", ""), str)
