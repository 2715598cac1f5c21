"""Relay's own compiler reads the committed schema: connections, what can be asked for again, and mutations."""

import pytest

from tests.conformance.conftest import HERE, Node

pytestmark = pytest.mark.conformance

CONNECTIONS = 4
"""How many lists `relay/feed.js` pages: cards of the feed, of a week, months, sessions under a sentence."""


def test_the_compiler_takes_the_schema(node: Node) -> None:
    """Each `@connection` and `@refetchable` of a Relay app compiles against it, with a query for what is paged."""
    made = HERE / "relay/__generated__"
    made.mkdir(exist_ok=True)
    done = node.tool("relay-compiler/cli.js", "relay.config.json")
    assert done.returncode == 0, done.stdout + done.stderr
    texts = [path.read_text() for path in made.glob("*.graphql.js")]
    assert sum('"kind": "LinkedHandle"' in text and '"kind": "Request"' in text for text in texts) >= CONNECTIONS
    assert all("@generated" in text for text in texts)
