"""The audits of the package graphql-http, which has read "GraphQL over HTTP" for us. Excuses none of them."""

from collections.abc import Callable

import pytest

from app.domain.access import Role
from tests.conformance.conftest import Node, Site

pytestmark = pytest.mark.conformance

AUDITS = 61
"""How many there are in the version that is locked: MUST, SHOULD and MAY. None rules out another."""


@pytest.mark.parametrize("team", [False, True], ids=["anyone", "team"])
async def test_every_audit_passes(
    node: Node, site: Site, record_property: Callable[[str, object], None], *, team: bool
) -> None:
    """What must, should and may be holds at both endpoints; at the public one without a token."""
    headers = {"authorization": f"Bearer {site.token('team', Role.OPERATOR)}"} if team else {}
    found = await node.answer("audits.mjs", url=site.ops if team else site.public, headers=headers)
    failed = {each["id"]: f"{each['name']}: {each['reason']}" for each in found if each["status"] != "ok"}
    record_property("passed", f"{len(found) - len(failed)} of {len(found)}")
    for id_, said in failed.items():
        record_property(id_, said)
    assert len(found) == AUDITS
    assert not failed
