"""The manifests are valid; every program in them is watched, stops in time and may do no more than it must."""

import re
import shutil
import subprocess
from math import ceil
from typing import Any

import pytest
import yaml

from app import __version__
from app.cli import parse
from app.cli.api import GRACEFUL_STOP_S
from app.edge.health import TIMEOUT_S
from app.jobs import Queue
from tests.release.manifests import (
    FOLDER,
    PROGRAMS,
    Manifest,
    containers_of,
    every_manifest,
    labels_of,
    named,
    pod_of,
    role_of,
)
from tests.release.wheels import ROOT

KUBERNETES = "1.37"
EVERY = every_manifest()
RUN = [each for each in EVERY if each["kind"] in PROGRAMS]
LABELS = {"app.kubernetes.io/name", "app.kubernetes.io/component"}
DAY_S = 86_400
CONNECTIONS = 400
"""Of PostgreSQL without a pooler, for which the autoscalers are set."""
WRITE_ERASURES_DOWN = {"api", "seconds"}
"""The API when sessions are erased, workers when somebody resets (docs/operations.md, Backups)."""


def _name(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def _validate(manifest: Manifest) -> None:
    import kubernetes_validate  # noqa: PLC0415 - a second of every test process's start, and only this needs it

    kubernetes_validate.validate(dict(manifest), KUBERNETES, strict=True)


@pytest.mark.parametrize("manifest", EVERY, ids=_name)
def test_each_is_valid(manifest: Manifest) -> None:
    """Kubernetes' own schemas know every field of it, and no two are of one name."""
    _validate(manifest)
    assert [_name(each) for each in EVERY].count(_name(manifest)) == 1


def test_every_file_is_used() -> None:
    """No manifest lies there that no kustomization names; the adapter's rules are for another program's."""
    named_ones = {
        (path.parent / name).resolve()
        for path in FOLDER.rglob("kustomization.yaml")
        for name in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]
    }
    lying = {path.resolve() for path in FOLDER.rglob("*.yaml")} - named_ones
    assert {path.name for path in lying} == {"kustomization.yaml", "adapter-rules.yaml"}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="There is no kubectl here: its kustomize was not asked.")
@pytest.mark.parametrize("folder", [".", "setup", "migrate", "restore"])
def test_kustomize_puts_the_same_together(folder: str) -> None:
    """Kustomize reads the kustomizations as these tests do, and puts everything into the one namespace."""
    done = subprocess.run(["kubectl", "kustomize", FOLDER / folder], capture_output=True, check=True)
    made = [each for each in yaml.safe_load_all(done.stdout) if each]
    for each in made:
        _validate(each)
        ours = named(each["kind"], each["metadata"]["name"])
        assert [c["image"] for c in containers_of(each)] == [c["image"] for c in containers_of(ours)]
        assert each["kind"] == "Namespace" or each["metadata"]["namespace"] == "spectrum"
    assert len(made) > 0


@pytest.mark.parametrize("manifest", RUN, ids=_name)
def test_each_program_is_one_of_ours(manifest: Manifest) -> None:
    """What a container runs is a command that there is, with options that it has, from this release's image."""
    for container in containers_of(manifest):
        parse(container["args"])
        assert "command" not in container, "the image's entry point is spectrum"
        assert container["image"] == f"kalei-spectrum:{__version__}"
        assert not container["image"].endswith(":latest")


@pytest.mark.parametrize("manifest", RUN, ids=_name)
def test_no_program_may_more_than_it_must(manifest: Manifest) -> None:
    """Not root, nothing but memory to write to, no capability, no token of the cluster, bounded in all it takes."""
    pod = pod_of(manifest)
    assert pod is not None
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "a Service would set SPECTRUM_… variables"
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] >= 10_000
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    for container in containers_of(manifest):
        context, resources = container["securityContext"], container["resources"]
        assert context == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(resources["limits"]) == set(resources["requests"]) == {"cpu", "memory"}
        assert resources["limits"]["memory"] == resources["requests"]["memory"], "words must not be swapped"
    for volume in spec["volumes"]:
        assert set(volume) - {"name"} <= {"emptyDir", "persistentVolumeClaim", "configMap"}, "nothing of the host's"
        if "emptyDir" in volume:
            assert volume["emptyDir"]["medium"] == "Memory"
            assert "sizeLimit" in volume["emptyDir"]


def _variables(container: dict[str, Any]) -> set[str]:
    return {each["name"] for each in container.get("env", ())}


@pytest.mark.parametrize("manifest", RUN, ids=_name)
def test_each_program_is_told_what_production_needs(manifest: Manifest) -> None:
    """Every name is a setting that there is; secrets are named and never contained."""
    known = set(re.findall(r"^#? ?(SPECTRUM_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    settings = named("ConfigMap", "spectrum-settings")["data"]
    assert set(settings) <= known
    assert settings["SPECTRUM_ENV"] == "production"
    assert not [name for name in settings if re.search("KEY|SECRET|URL", name)]
    assert not [each for each in EVERY if each["kind"] == "Secret"]
    for container in containers_of(manifest):
        assert _variables(container) <= known
        assert {
            "SPECTRUM_DATABASE_URL",
            "SPECTRUM_BATCH_DATABASE_URL",
            "SPECTRUM_REDIS_URL",
            "SPECTRUM_MASTER_KEY",
        } <= (_variables(container))
        assert all("secretKeyRef" in each["valueFrom"] for each in container["env"])
        assert {"configMapRef": {"name": "spectrum-settings"}} in container["envFrom"]


def test_what_can_be_said_otherwise_need_not_be_a_secret() -> None:
    """A key set takes the place of the tokens' secret, a key service that of the master key; the rest must be there."""
    for manifest in RUN:
        (container,) = containers_of(manifest)
        optional = {each["name"] for each in container["env"] if each["valueFrom"]["secretKeyRef"].get("optional")}
        assert optional - {"SPECTRUM_REPORTS_DATABASE_URL"} == {
            "SPECTRUM_AUTH_SECRET",
            "SPECTRUM_MASTER_KEY",
            "SPECTRUM_PREVIOUS_MASTER_KEYS",
        }
    commented = (FOLDER / "setup" / "settings.yaml").read_text(encoding="utf-8")
    assert {"SPECTRUM_AUTH_JWKS_URL", "SPECTRUM_MASTER_KEY_COMMAND"} <= set(re.findall(r"# (SPECTRUM_\w+):", commented))


def test_only_migrations_have_the_owners_login() -> None:
    """What serves and what works cannot change the schema."""
    having = {
        role_of(each)
        for each in RUN
        for container in containers_of(each)
        if "SPECTRUM_OWNER_DATABASE_URL" in _variables(container)
    }
    assert having == {"migrate"}


def test_models_keys_reach_only_those_who_ask_models() -> None:
    """A provider's key is given to workers of minutes and hours alone."""
    having = {
        role_of(each)
        for each in RUN
        for container in containers_of(each)
        if any("spectrum-models" in str(source) for source in container["envFrom"])
    }
    assert having == {"minutes", "hours"}


def test_every_queue_has_workers() -> None:
    """No queue is left to nobody, and each worker runs the queue of its name."""
    workers = {role_of(each): each for each in RUN if labels_of(each)["app.kubernetes.io/component"] == "worker"}
    assert set(workers) == {*Queue}
    for queue, manifest in workers.items():
        (container,) = containers_of(manifest)
        assert parse(container["args"]).queue == [queue]


def test_the_journal_outlives_pods_and_is_written_by_those_who_erase() -> None:
    """Every program compares itself with the one journal at its start; it can be written where erasures happen."""
    claim = named("PersistentVolumeClaim", "spectrum-tombstones")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    place = named("ConfigMap", "spectrum-settings")["data"]["SPECTRUM_TOMBSTONES_DIR"]
    writing = set()
    for manifest in RUN:
        (container,) = containers_of(manifest)
        (mount,) = (each for each in container["volumeMounts"] if each["mountPath"] == place)
        pod = pod_of(manifest)
        assert pod is not None
        (volume,) = (each for each in pod["spec"]["volumes"] if each["name"] == mount["name"])
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        if not mount.get("readOnly"):
            writing.add(role_of(manifest))
    assert writing == WRITE_ERASURES_DOWN


def test_every_program_has_the_files_that_settings_may_name() -> None:
    """Models and experiments are read wherever the settings arrive, by migrations, too."""
    for manifest in RUN:
        (container,) = containers_of(manifest)
        pod = pod_of(manifest)
        assert pod is not None
        assert {"configMapRef": {"name": "spectrum-settings"}} in container["envFrom"]
        (mount,) = (each for each in container["volumeMounts"] if each["mountPath"] == "/etc/spectrum")
        (volume,) = (each for each in pod["spec"]["volumes"] if each["name"] == mount["name"])
        assert volume["configMap"] == {"name": "spectrum-files", "optional": True}


def test_the_api_is_watched_and_stops_after_its_last_request() -> None:
    """Probes ask the addresses that there are; there is time for what is under way, after the last new request."""
    manifest = named("Deployment", "spectrum-api")
    (container,) = containers_of(manifest)
    settings = named("ConfigMap", "spectrum-settings")["data"]
    assert container["ports"] == [{"name": "http", "containerPort": int(settings["SPECTRUM_PORT"])}]
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: get["path"] for kind, get in asked.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert all(get["port"] == "http" for get in asked.values())
    assert container["readinessProbe"]["timeoutSeconds"] > TIMEOUT_S
    pod = pod_of(manifest)
    assert pod is not None
    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["spec"]["terminationGracePeriodSeconds"] >= before + GRACEFUL_STOP_S + 5
    assert manifest["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    service = named("Service", "spectrum-api")["spec"]
    assert service["selector"].items() <= labels_of(manifest).items()
    assert [port["targetPort"] for port in service["ports"]] == ["http"]


@pytest.mark.parametrize("queue", [*Queue])
def test_workers_are_watched_where_their_metrics_are(queue: Queue) -> None:
    """The port that is asked is the port that is served, and that the network lets Prometheus through to."""
    (container,) = containers_of(named("Deployment", f"spectrum-worker-{queue}"))
    (port,) = container["ports"]
    assert parse(container["args"]).metrics_port == port["containerPort"]
    for kind in ("startup", "liveness"):
        assert container[f"{kind}Probe"]["httpGet"] == {"path": "/metrics", "port": port["name"]}
    (rule,) = named("NetworkPolicy", "to-workers-metrics")["spec"]["ingress"]
    assert [each["port"] for each in rule["ports"]] == [port["containerPort"]]


@pytest.mark.parametrize("manifest", [each for each in RUN if each["kind"] == "Deployment"], ids=_name)
def test_each_deployment_is_spread_scaled_and_kept_up(manifest: Manifest) -> None:
    """Spread over zones and machines, scaled by its own autoscaler alone, never taken down all at once."""
    name, labels = manifest["metadata"]["name"], labels_of(manifest)
    selected = manifest["spec"]["selector"]["matchLabels"]
    assert set(selected) >= LABELS
    assert selected.items() <= labels.items()
    pod = pod_of(manifest)
    assert pod is not None
    spread = pod["spec"]["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(each["labelSelector"]["matchLabels"] == selected for each in spread)
    assert named("PodDisruptionBudget", name)["spec"] == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": selected},
    }
    assert "replicas" not in manifest["spec"], "the autoscaler says how many"
    scaler = named("HorizontalPodAutoscaler", name)["spec"]
    assert scaler["scaleTargetRef"]["name"] == name
    assert 1 <= scaler["minReplicas"] < scaler["maxReplicas"]
    (metric,) = scaler["metrics"]
    if "spectrum/queue" in labels:
        assert metric["external"]["metric"] == {
            "name": "spectrum_queue_oldest_due_seconds",
            "selector": {"matchLabels": {"queue": labels["spectrum/queue"]}},
        }
    else:
        assert metric["resource"]["name"] == "cpu"


def test_the_adapter_tells_what_the_autoscalers_ask_for() -> None:
    """One rule, for that metric, by queue, and never a sum of what every API process says alike."""
    (rule,) = yaml.safe_load((FOLDER / "adapter-rules.yaml").read_text(encoding="utf-8"))["externalRules"]
    assert rule["name"]["as"] == "spectrum_queue_oldest_due_seconds"
    assert rule["metricsQuery"] == "max(<<.Series>>{<<.LabelMatchers>>}) by (queue)"


def test_the_autoscalers_stop_before_the_database_does() -> None:
    """All pods, and those that replace them, fit into the connections that docs/scale.md counts without a pooler."""
    pods = 0
    for manifest in (each for each in RUN if each["kind"] == "Deployment"):
        most = named("HorizontalPodAutoscaler", manifest["metadata"]["name"])["spec"]["maxReplicas"]
        surge = manifest["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        pods += most + ceil(most * int(surge.removesuffix("%")) / 100)
    formula = re.search(
        r"^sessions = (\d+) x .* \+ (\d+) .* \+ (\d+) ", (ROOT / "docs/scale.md").read_text(), re.MULTILINE
    )
    assert formula is not None
    each, migrate, others = map(int, formula.groups())
    assert each * pods + migrate + others <= CONNECTIONS
    assert f"`max_connections` = {CONNECTIONS}" in (ROOT / "docs/release.md").read_text()


def test_a_migration_has_a_day() -> None:
    """An index that is made while others write takes as long as it takes: nothing ends it before."""
    job = named("Job", "spectrum-migrate")["spec"]
    assert job.get("activeDeadlineSeconds", DAY_S) >= DAY_S


def _scraped(manifest: Manifest, port: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, str] | None:
    """The labels that Prometheus gives a container's port, by rules that keep and replace; None where it passes by."""
    labels = {
        "__meta_kubernetes_namespace": "spectrum",
        "__meta_kubernetes_pod_name": f"{manifest['metadata']['name']}-0",
        "__meta_kubernetes_pod_container_port_name": port["name"],
    }
    for name, value in labels_of(manifest).items():
        labels["__meta_kubernetes_pod_label_" + re.sub(r"[^a-zA-Z0-9_]", "_", name)] = value
    for rule in rules:
        value = ";".join(labels.get(each, "") for each in rule["source_labels"])
        found = re.fullmatch(rule.get("regex", "(.*)"), value)
        if found is None and rule.get("action") == "keep":
            return None
        if found is not None and "target_label" in rule:
            labels[rule["target_label"]] = found.expand(rule.get("replacement", "$1").replace("$", "\\"))
    return {name: value for name, value in labels.items() if not name.startswith("__")}


def test_prometheus_finds_every_pod_by_the_names_that_rules_know() -> None:
    """`job` is what the alerts say and `namespace` what the autoscalers' adapter needs; one port of each, no Job."""
    (scrape,) = yaml.safe_load((ROOT / "deploy/prometheus/kubernetes.yml").read_text())["scrape_configs"]
    found = {
        role_of(manifest): _scraped(manifest, port, scrape["relabel_configs"])
        for manifest in RUN
        for container in containers_of(manifest)
        for port in container.get("ports", ())
    }
    assert found.keys() == {"api", *Queue}
    for role, labels in found.items():
        assert labels is not None, role
        assert labels["job"] == ("spectrum-api" if role == "api" else "spectrum-worker")
        assert labels["namespace"] == "spectrum"
    other = {"name": "debug", "containerPort": 1}
    assert _scraped(named("Deployment", "spectrum-api"), other, scrape["relabel_configs"]) is None


def test_reports_are_read_at_a_replica_where_there_is_one() -> None:
    """Every program that serves or works may be told of it, and starts without."""
    for manifest in (each for each in RUN if each["kind"] == "Deployment"):
        (container,) = containers_of(manifest)
        (told,) = (each for each in container["env"] if each["name"] == "SPECTRUM_REPORTS_DATABASE_URL")
        assert told["valueFrom"]["secretKeyRef"]["optional"] is True
