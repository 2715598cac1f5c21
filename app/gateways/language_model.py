"""Language models behind one port: a question goes in, what a model says comes out, unread and paid for.

Asked through litellm, which only this file imports, and only when `Models` is opened: it costs seconds and 200 MB.
Decides neither who is asked nor what may be shown.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.cost import MILLION, most_tokens
from app.errors import ConfigurationError, ModelUnavailable
from app.gateways.routes import Deployment, Routes
from app.telemetry import silence

LONGEST_ANSWER = 65_536
"""Characters of an answer that are looked at; a model that says more is not believed."""
COOLDOWN_S = 60.0
"""How long a model that failed is left alone, while a later one, or the composer, writes."""
GRACE_S = 0.5
REPEATS = 0.09
"""Second and third calls for one text, for each text that is asked for: a retry budget, so that a model which fails
often costs no more than a tenth more than one that does not."""
MOST_REPEATS = 5.0
_OFFLINE = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
}
"""litellm looks these up when it is imported: without them it asks the internet for prices."""
_CREDIBLE = 10
"""So many times what a call may use is believed when it is counted: it will be on the bill."""
_LOUD = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx", "httpcore")
_FREE = frozenset({401, 403, 404, 429, 503})
"""Statuses by which a provider says that it did nothing; 400 is also what litellm says of an answer it cannot read."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: its instructions, what it is to word, and the JSON Schema of its answer.

    It is not asked when it could be read as more than `longest` tokens.
    """

    instructions: str
    content: str
    schema: Mapping[str, Any]
    longest: int
    most_tokens_written: int
    temperature: float

    @property
    def most_tokens_read(self) -> int:
        """Tokens that it cannot exceed, with room for what a provider puts around it."""
        return most_tokens(self.instructions) + most_tokens(self.content) + most_tokens(str(self.schema)) + 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said, unread, and the micro-dollars that it cost."""

    text: str
    tokens_read: int
    tokens_written: int
    cost: int


class NoAnswer(ModelUnavailable):
    """A model gave nothing to read; `cost` is what it may charge for that."""

    def __init__(self, message: str, *, cost: int) -> None:
        super().__init__(message)
        self.cost = cost


def most_cost(model: Deployment, question: Question) -> int:
    """The most micro-dollars that `question` can cost there: read and written to the full."""
    return model.price.of(question.most_tokens_read, question.most_tokens_written)


class Models:
    """Asks one model at a time, once. One that failed, or whose words were refused, is left alone for a while.

    That is a circuit breaker for each model, and a retry budget over all of them.
    """

    def __init__(self, router: Any, cooldown_s: float) -> None:
        self._router = router
        self._cooldown_s = cooldown_s
        self._left_alone: dict[str, float] = {}
        self._repeats = 1.0

    @classmethod
    async def opened(cls, routes: Routes, keys: Mapping[str, str], *, cooldown_s: float = COOLDOWN_S) -> "Models":
        """Load litellm in a thread, and get the models of `routes` ready; their keys are in `keys`, by variable.

        ConfigurationError names the variables that are not there.
        """
        models = {tier.deployment.name: tier.deployment for tiers in routes.values() for tier in tiers}
        needed = {model.key_variable for model in models.values() if model.key_variable}
        missing = sorted(name for name in needed if not keys.get(name))
        if missing:
            raise ConfigurationError(f"The models need keys in {', '.join(missing)}: set them, or take those out.")
        deployments = [_deployment(model, keys) for model in models.values()]
        return cls(await asyncio.to_thread(_router_of, deployments, cooldown_s), cooldown_s)

    def begin(self) -> None:
        """Another text is to be written: so much more may be asked twice."""
        self._repeats = min(MOST_REPEATS, self._repeats + REPEATS)

    def may_repeat(self) -> bool:
        """Whether one more call may be made for a text that has had one; the asking uses it up."""
        if self._repeats < 1.0:
            return False
        self._repeats -= 1.0
        return True

    def is_left_alone(self, model: Deployment) -> bool:
        """Whether it failed so lately that it is not to be asked."""
        return time.monotonic() < self._left_alone.get(model.name, 0.0)

    def leave_alone(self, model: Deployment) -> None:
        """Do not ask it for a while, whatever it did."""
        self._left_alone[model.name] = time.monotonic() + self._cooldown_s

    async def ask(self, model: Deployment, question: Question) -> Said:
        """What the model says. NoAnswer when it refuses, fails, is too slow, says too much, or is left alone.

        One that counts more tokens than it was allowed is paid for them, and left alone.
        """
        if self.is_left_alone(model):
            raise NoAnswer(f"{model.name} is left alone.", cost=0)
        try:
            async with asyncio.timeout(model.timeout_s + GRACE_S):  # litellm's own bounds each read, not all of them
                answer = await self._router.acompletion(
                    model=model.name,
                    messages=[
                        {"role": "system", "content": question.instructions},
                        {"role": "user", "content": question.content},
                    ],
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "answer", "strict": True, "schema": dict(question.schema)},
                    },
                    max_tokens=question.most_tokens_written,
                    temperature=question.temperature,
                )
            said = _said(answer, model, question)
        except NoAnswer:
            self.leave_alone(model)
            raise
        except Exception as error:  # noqa: BLE001 - of whatever kind; its message may quote what was sent
            self.leave_alone(model)
            raise _no_answer(error, model, question) from None
        if said.cost > most_cost(model, question):
            self.leave_alone(model)  # it may be right, and costs more than was put aside
        return said


def _router_of(deployments: list[dict[str, Any]], cooldown_s: float) -> Any:
    """Litellm's Router over these deployments; the one place that imports litellm."""
    os.environ.update(_OFFLINE)
    import litellm  # noqa: PLC0415 - it costs seconds and 200 MB, and has to find its environment
    import openai.resources.chat  # noqa: F401, PLC0415 - 400 modules that the first call would load, in its own time

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    silence(*_LOUD)  # they print what was sent and what came back
    return litellm.Router(model_list=deployments, num_retries=0, allowed_fails=0, cooldown_time=cooldown_s)


def _deployment(model: Deployment, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "model_name": model.name,
        "litellm_params": {
            "model": model.model,
            "api_base": model.api_base,
            "api_key": keys[model.key_variable] if model.key_variable else "none",
            "timeout": model.timeout_s,
            "max_retries": 0,
            "input_cost_per_token": float(model.dollars_per_million_read) / MILLION,
            "output_cost_per_token": float(model.dollars_per_million_written) / MILLION,
        },
    }


def _no_answer(error: Exception, model: Deployment, question: Question) -> NoAnswer:
    """A refusal is free; of anything else nobody knows here whether it will be charged."""
    free = type(error).__name__ == "RouterRateLimitError" or getattr(error, "status_code", None) in _FREE
    cost = 0 if free else most_cost(model, question)
    return NoAnswer(f"{model.name} gave no answer ({type(error).__name__}).", cost=cost)


def _said(answer: Any, model: Deployment, question: Question) -> Said:
    """Read an answer without believing it: tokens that it does not count itself are paid to the full."""
    text = answer.choices[0].message.content if answer.choices else None
    used = getattr(answer, "usage", None)
    read = _tokens(getattr(used, "prompt_tokens", None), question.most_tokens_read)
    written = _tokens(getattr(used, "completion_tokens", None), question.most_tokens_written)
    cost = model.price.of(read, written)
    if not isinstance(text, str) or len(text) > LONGEST_ANSWER:
        raise NoAnswer(f"{model.name} said nothing, or too much.", cost=cost)
    return Said(text, read, written, cost)


def _tokens(counted: object, most: int) -> int:
    return counted if isinstance(counted, int) and 0 < counted <= _CREDIBLE * most else most
