"""A models file over a service of the tests."""

from pathlib import Path

from app.domain.cost import Feature
from app.gateways.routes import Routes, read_routes

FILE = """
[[deployments]]
name = "{name}"
model = "openai/{name}-1"
engine = "SMALL_MODEL"
dollars_per_million_read = 0.15
dollars_per_million_written = 0.6
timeout_s = {timeout_s}
api_base = "{url}"
"""
ROUTE = """
[[routes.{feature}]]
deployment = "{name}"
"""


def models_file(path: Path, url: str, *features: Feature, name: str = "small", timeout_s: float = 5.0) -> Path:
    """Write a models file: one model at `url` for these features (for months, when none is named)."""
    features = features or (Feature.MONTHLY_NARRATIVE,)
    path.write_text(
        FILE.format(name=name, url=url, timeout_s=timeout_s)
        + "".join(ROUTE.format(feature=feature, name=name) for feature in features)
    )
    return path


def routes_to(path: Path, url: str, *features: Feature, name: str = "small", timeout_s: float = 5.0) -> Routes:
    """Give the routes of such a file."""
    return read_routes(models_file(path, url, *features, name=name, timeout_s=timeout_s))
