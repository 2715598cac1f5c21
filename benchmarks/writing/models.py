"""A language model as a writer of the fixed briefs: asked once each, for real money, outside of any budget."""

import os
from collections.abc import Mapping
from pathlib import Path

from app.domain.narrative import Form
from app.errors import ConfigurationError
from app.gateways.language_model import Models, NoAnswer
from app.gateways.routes import read_routes
from app.pipeline.asking import question_for, read_answer
from benchmarks.writing.briefs import Asked
from benchmarks.writing.evaluate import Reply, Writer
from prompts import Revision


async def model_writer(path: Path, name: str | None, revisions: Mapping[Form, Revision]) -> Writer:
    """The deployment `name` of a models file, or the first that a route of it asks. ConfigurationError without one."""
    routes = read_routes(path)
    known = {tier.deployment.name: tier.deployment for tiers in routes.values() for tier in tiers}
    if name is not None and name not in known:
        raise ConfigurationError(f"No route of {path} asks a deployment {name}: it knows {', '.join(known)}.")
    model = known[name or next(iter(known))]
    models = await Models.opened(routes, os.environ, cooldown_s=0)

    async def write(asked: Asked) -> Reply:
        brief = asked.brief
        revision = revisions[brief.form]
        try:
            said = await models.ask(model, question_for(brief, revision))
        except NoAnswer as silent:
            return Reply(None, silent.cost)
        answer, _ = read_answer(said.text, brief, revision)
        return Reply(answer, said.cost)

    return write
