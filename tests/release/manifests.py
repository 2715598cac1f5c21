"""The Kubernetes manifests as objects, put together as kustomize does it. Checks nothing."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
PROGRAMS = ("Deployment", "Job")
Manifest = Mapping[str, Any]


def read_manifests(folder: Path = FOLDER) -> list[Manifest]:
    """Every object that the kustomization of `folder` brings, and those of the folders that it names."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    tags = {image["name"]: image["newTag"] for image in kustomization.get("images", ())}
    found: list[Manifest] = []
    for name in kustomization["resources"]:
        place = folder / name
        found += read_manifests(place) if place.is_dir() else _objects(place)
    for each in found:
        for container in containers_of(each):
            if container["image"] in tags:
                container["image"] += f":{tags[container['image']]}"
    return found


@cache
def every_manifest() -> list[Manifest]:
    """The objects of programs and set-up, and the Jobs that are run by hand."""
    return [*read_manifests(), *read_manifests(FOLDER / "migrate"), *read_manifests(FOLDER / "restore")]


def _objects(path: Path) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def pod_of(manifest: Manifest) -> Mapping[str, Any] | None:
    """The pod that a manifest starts, None when it starts none."""
    return manifest["spec"]["template"] if manifest["kind"] in PROGRAMS else None


def labels_of(manifest: Manifest) -> dict[str, str]:
    """The labels of the pod that a manifest starts."""
    pod = pod_of(manifest)
    assert pod is not None
    return dict(pod["metadata"]["labels"])


def role_of(manifest: Manifest) -> str:
    """What its program does: the queue of a worker, or the component."""
    labels = labels_of(manifest)
    return labels.get("spectrum/queue", labels["app.kubernetes.io/component"])


def containers_of(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every container of a manifest, those that run first too."""
    pod = pod_of(manifest)
    if pod is not None:
        yield from (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"])


def named(kind: str, name: str) -> Manifest:
    """The one object of this kind and name."""
    (found,) = (each for each in every_manifest() if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found
