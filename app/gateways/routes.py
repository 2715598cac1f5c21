"""Which models may be asked for the words of a feature, in which order, and at what price. Asks nobody."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.cost import PRIORITY, Engine, Feature, Price
from app.errors import ConfigurationError
from app.gateways.settings_file import read_settings

MOST_TIERS = 2
"""Models that may be asked for one text, one after the other; with one repair that makes three calls."""
LONGEST_ANSWER_S = 30.0
"""Three calls of a job fit into its time."""

_Dollars = Annotated[Decimal, Field(gt=0, le=1_000, allow_inf_nan=False)]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$")]


class Deployment(BaseModel):
    """A model where it is served: what spend names it, what litellm calls it, what it costs, how long it may take.

    Its key is in the environment variable `key_variable`; `api_base` is where it is asked, its provider's own address
    without one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    model: str = Field(pattern=r"^[a-z0-9_]+/.+$", max_length=200)
    engine: Literal[Engine.SMALL_MODEL, Engine.LARGE_MODEL]
    dollars_per_million_read: _Dollars
    dollars_per_million_written: _Dollars
    timeout_s: float = Field(gt=0, le=LONGEST_ANSWER_S)
    api_base: str | None = None
    key_variable: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")

    @property
    def price(self) -> Price:
        """What its tokens cost."""
        return Price(self.dollars_per_million_read, self.dollars_per_million_written)


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    deployment: _Name
    while_budget_under: float = Field(default=1.0, gt=0, le=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    deployments: Annotated[tuple[Deployment, ...], Field(min_length=1, max_length=20)]
    routes: dict[Feature, Annotated[tuple[_Step, ...], Field(min_length=1, max_length=MOST_TIERS)]]


class Tier(BaseModel):
    """A deployment as a feature asks it: while less than `while_budget_under` (0..1) of its budgets is gone."""

    model_config = ConfigDict(frozen=True)

    deployment: Deployment
    while_budget_under: float


Routes = Mapping[Feature, tuple[Tier, ...]]
"""For each feature the models that may be asked, the first first; the local composer comes after the last."""


def read_routes(path: Path) -> Routes:
    """The routes in a TOML file: tables `[[deployments]]`, and `[[routes.MONTHLY_NARRATIVE]]` in the order of asking.

    Whatever is missing, unknown or out of range is refused: a model without a price would never reach its budget.
    ConfigurationError names the place.
    """
    file = read_settings(path, "models", _File)
    fault = _fault_of(file)
    if fault:
        raise ConfigurationError(f"The models file {path} {fault}.")
    known = {deployment.name: deployment for deployment in file.deployments}
    return {
        feature: tuple(
            Tier(deployment=known[step.deployment], while_budget_under=step.while_budget_under) for step in steps
        )
        for feature, steps in file.routes.items()
    }


def _fault_of(file: _File) -> str | None:
    """What is ambiguous or upside down, None when nothing is."""
    known = {deployment.name: deployment for deployment in file.deployments}
    if len(known) < len(file.deployments):
        return "gives one name to two deployments"
    for feature, steps in file.routes.items():
        names, shares = [step.deployment for step in steps], [step.while_budget_under for step in steps]
        unknown = sorted({*names} - {*known})
        if unknown:
            return f"routes {feature} to {unknown[0]}, which it does not describe"
        if len({*names}) < len(names):
            return f"asks a deployment of {feature} twice"
        if shares != sorted(shares):
            return f"asks an earlier deployment of {feature} longer than a later one"
    firsts = {feature: known[steps[0].deployment] for feature, steps in file.routes.items()}
    ranked = sorted(firsts, key=PRIORITY.__getitem__)
    for lower, higher in pairwise(ranked):
        if firsts[lower].price.of(3, 1) > firsts[higher].price.of(3, 1):
            return f"asks a dearer model first for {lower} than for {higher}, which matters more"
    return None
