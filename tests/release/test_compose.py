"""The compose file: every program of production and its servers, on one machine, reached from nowhere else."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from app import __version__
from app.cli import parse
from app.jobs import Queue
from tests.release.wheels import ROOT

FILE = ROOT / "deploy" / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {"migrate", "api", "worker-seconds", "worker-minutes", "worker-hours"}
OBSERVERS = {"prometheus", "grafana"}


def _has_compose() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _has_compose(), reason="There is no `docker compose` here: the file was not given to it.")
def test_docker_reads_it() -> None:
    """Docker finds no fault in it, with the observers and without."""
    for profile in ((), ("--profile", "observe")):
        done = subprocess.run(
            ["docker", "compose", "-f", FILE, *profile, "config", "--quiet"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_everything_is_there() -> None:
    """Both servers and every program start by default; who looks on comes when asked for."""
    assert set(SERVICES) == {"postgres", "redis"} | OURS | OBSERVERS
    asked = {name for name, service in SERVICES.items() if "observe" in service.get("profiles", ())}
    assert asked == OBSERVERS


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_program_is_one_of_ours(name: str) -> None:
    """It is this release's image with a command that there is, told by settings that there are."""
    service = SERVICES[name]
    parse(service["command"])
    assert service["image"] == f"kalei-spectrum:{__version__}"
    assert (ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    known = set(re.findall(r"^#? ?(SPECTRUM_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(service["environment"]) <= known
    assert service["environment"] == SERVICES["api"]["environment"], "all programs of an installation alike"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_is_written_is_kept(name: str) -> None:
    """Secrets of development and the journal of erasures are on volumes that all programs share."""
    service = SERVICES[name]
    places = {place: volume for volume, _, place in (each.partition(":") for each in service["volumes"])}
    for setting in ("SPECTRUM_STATE_DIR", "SPECTRUM_TOMBSTONES_DIR"):
        assert places[service["environment"][setting]] in COMPOSE["volumes"]


def test_servers_come_first_then_the_schema_then_programs() -> None:
    """Migrations wait until the servers answer, and every program until the migrations ended well."""
    assert SERVICES["migrate"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for name in ("postgres", "redis"):
        assert "test" in SERVICES[name]["healthcheck"]


def test_servers_are_new_enough() -> None:
    """PostgreSQL 16 or later, Redis 7 or later, in versions that are named."""
    images = {name: service["image"].rpartition(":") for name, service in SERVICES.items()}
    assert int(images["postgres"][2].partition("-")[0]) >= 16
    assert int(images["redis"][2].partition("-")[0]) >= 7
    assert all(tag and tag != "latest" for _, _, tag in images.values())


def test_every_queue_has_a_worker_that_is_watched() -> None:
    """Each worker runs its own queue and is asked where it serves its metrics."""
    for queue in Queue:
        service = SERVICES[f"worker-{queue}"]
        asked = parse(service["command"])
        assert asked.queue == [queue]
        assert f":{asked.metrics_port}/metrics" in str(service["healthcheck"]["test"])


def test_nothing_listens_to_the_network() -> None:
    """Ports are open to this machine alone."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_who_looks_on_finds_every_program() -> None:
    """Prometheus asks each program at the port it serves, by our rules; Grafana has a source and our dashboards."""
    configs = {name: yaml.safe_load(each["content"]) for name, each in COMPOSE["configs"].items()}
    targets = {
        target
        for job in configs["scrape"]["scrape_configs"]
        for static in job["static_configs"]
        for target in static["targets"]
    }
    assert targets == {f"api:{SERVICES['api']['environment']['SPECTRUM_PORT']}"} | {
        f"worker-{queue}:{parse(SERVICES[f'worker-{queue}']['command']).metrics_port}" for queue in Queue
    }
    mounted = {mount.split(":")[0]: mount.split(":")[1] for name in OBSERVERS for mount in SERVICES[name]["volumes"]}
    assert configs["scrape"]["rule_files"] == [f"{mounted['./prometheus']}/alerts.yml"]
    (provider,) = configs["dashboards"]["providers"]
    assert provider["options"]["path"] == mounted["./grafana"]
    used = {each["source"] for name in OBSERVERS for each in SERVICES[name]["configs"]}
    assert used == set(configs)


def test_every_volume_is_used() -> None:
    """No disk is named that nobody mounts, and none is mounted that has no name."""
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())]
    assert {mount for mount in mounts if not mount.startswith(".")} == set(COMPOSE["volumes"])
