"""Who may speak to whom on Kubernetes: each program reaches what it needs, and nobody else reaches it."""

import pytest

from tests.release.manifests import PROGRAMS, Manifest, every_manifest, labels_of, named, role_of

EVERY = every_manifest()
RUN = [each for each in EVERY if each["kind"] in PROGRAMS]


def _policies() -> list[Manifest]:
    return [each for each in EVERY if each["kind"] == "NetworkPolicy"]


def _selects(policy: Manifest, labels: dict[str, str]) -> bool:
    selector = policy["spec"]["podSelector"]
    listed = all(labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", ()))
    return listed and selector.get("matchLabels", {}).items() <= labels.items()


@pytest.mark.parametrize(
    ("role", "ports"),
    [
        ("api", {53, 5432, 6432, 6379, 4318}),
        ("seconds", {53, 5432, 6432, 6379, 4318}),
        ("minutes", {53, 5432, 6432, 6379, 4318, 443}),
        ("hours", {53, 5432, 6432, 6379, 4318, 443}),
        ("migrate", {53, 5432, 6432, 6379, 4318}),
        ("restore", {53, 5432, 6432, 6379, 4318}),
    ],
)
def test_each_program_reaches_what_it_needs(role: str, ports: set[int]) -> None:
    """Databases and names for all; the world, by https and outside of this network, for two kinds of workers."""
    (manifest,) = (each for each in RUN if role_of(each) == role)
    open_to = [
        (to, port["port"])
        for policy in _policies()
        if _selects(policy, labels_of(manifest))
        for rule in policy["spec"].get("egress", ())
        for to in rule["to"]
        for port in rule["ports"]
    ]
    assert {port for _, port in open_to} == ports
    for to, port in open_to:
        if port == 443:
            assert {"10.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10"} & set(to["ipBlock"]["except"])
        else:
            assert "ipBlock" not in to


def test_nobody_is_reached_but_by_those_who_ask() -> None:
    """All traffic is refused first; only the API and the metrics of workers are reached, from named namespaces."""
    first = named("NetworkPolicy", "deny-all")["spec"]
    assert first == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    reached = {
        policy["metadata"]["name"]: [
            source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for rule in policy["spec"]["ingress"]
            for source in rule["from"]
        ]
        for policy in _policies()
        if "ingress" in policy["spec"]
    }
    assert reached == {"to-api": ["ingress-nginx", "monitoring"], "to-workers-metrics": ["monitoring"]}
