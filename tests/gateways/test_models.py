"""Models over a real wire: asked once, paid as they say or to the full, and never quoted when they fail."""

import ast
import asyncio
import logging
import sys
from contextlib import suppress
from decimal import Decimal

import pytest

from app.domain.cost import Engine, Feature
from app.errors import ConfigurationError
from app.gateways.language_model import Models, NoAnswer, Question, Said, most_cost
from app.gateways.routes import Deployment, Routes, Tier
from tests.models.service import FAULTS, Service, says, service_that

SECRET = "the aggregate that nobody may repeat"
KEY = "SPECTRUM_TESTS_MODEL_KEY"
KEYS = {KEY: "sk-of-the-tests"}
QUESTION = Question("Word this.", f'{{"what": "{SECRET}"}}', {"type": "object"}, 9_000, 50, 0.5)
PATIENCE_S = 60
FREE = {"429", "401"}


def _model(service: Service, name: str = "small", **changes: object) -> Deployment:
    return Deployment.model_validate(
        {
            "name": name,
            "model": f"openai/{name}-1",
            "engine": Engine.SMALL_MODEL,
            "dollars_per_million_read": Decimal("0.15"),
            "dollars_per_million_written": Decimal("0.6"),
            "timeout_s": 5.0,
            "api_base": service.url,
            "key_variable": KEY,
        }
        | changes
    )


def _routes(*models: Deployment) -> Routes:
    return {Feature.MONTHLY_NARRATIVE: tuple(Tier(deployment=model, while_budget_under=1.0) for model in models)}


async def _ask(model: Deployment, *, models: Models | None = None) -> Said:
    models = models or await Models.opened(_routes(model), KEYS)
    async with asyncio.timeout(PATIENCE_S):
        return await models.ask(model, QUESTION)


async def test_a_good_answer_is_taken_and_paid_as_counted() -> None:
    """The model hears instructions, content and schema under its own key, and is paid by the tokens that it counts."""
    async with service_that(says('{"a": 1}')) as service:
        said = await _ask(_model(service))
    assert (said.text, said.tokens_read, said.tokens_written) == ('{"a": 1}', 100, 20)
    assert said.cost == 27  # 100 x 0.15 + 20 x 0.6
    (request,) = service.requests
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("small-1", 50, 0.5)
    assert [(message["role"], message["content"]) for message in request["messages"]] == [
        ("system", QUESTION.instructions),
        ("user", QUESTION.content),
    ]
    assert request["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert service.keys == [f"bearer {KEYS[KEY]}"]


@pytest.mark.parametrize(("read", "written"), [(None, None), (0, 0), (-5, -5), (10**9, 10**9), ("x", "y"), (1.5, 2.5)])
async def test_what_is_not_counted_is_paid_to_the_full(read: object, written: object) -> None:
    """A count that is missing or cannot be is not believed: the most that this question can cost is told."""
    async with service_that(says("{}", read=read, written=written)) as service:
        model = _model(service)
        try:
            cost = (await _ask(model)).cost
        except NoAnswer as refused:  # litellm itself would not read it
            cost = refused.cost
    assert cost == most_cost(model, QUESTION) > 0


async def test_a_model_that_thinks_is_paid_for_that() -> None:
    """What it counts above what it was allowed is on the bill, and is told."""
    async with service_that(says("{}", read=100, written=150)) as service:
        model = _model(service)
        models = await Models.opened(_routes(model), KEYS)
        said = await _ask(model, models=models)
        assert said.cost > most_cost(model, QUESTION)
        assert models.is_left_alone(model), "what costs more than was put aside is not asked again at once"
    assert (said.tokens_written, said.cost) == (150, 105)  # 100 x 0.15 + 150 x 0.6


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_model_that_fails_is_one_call_and_one_sentence(
    fault: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is called once, nothing that was sent or came back is repeated anywhere, and what may be charged is told."""
    with caplog.at_level(logging.DEBUG):
        async with service_that(FAULTS[fault]) as service:
            model = _model(service)
            with pytest.raises(NoAnswer) as refused:
                await _ask(model)
    assert len(service.requests) == 1
    assert refused.value.cost <= most_cost(model, QUESTION)
    assert (refused.value.cost == 0) == (fault in FREE)
    assert refused.value.__cause__ is None
    shown = str(refused.value) + caplog.text + "".join(capfd.readouterr())
    assert not [word for word in (SECRET, "sk-", "hello", "aaaa") if word in shown]


async def test_nobody_there_is_no_answer() -> None:
    """A port where nobody listens is told as a model that gave none."""
    async with service_that(says("{}")) as service:
        model = _model(service)
    with pytest.raises(NoAnswer):
        await _ask(model)
    assert service.requests == []


async def test_one_that_failed_is_left_alone_and_tried_again() -> None:
    """While it cools down it is not called and costs nothing; another one is asked meanwhile, and later it again."""
    async with service_that(FAULTS["500"]) as broken, service_that(says("{}")) as good:
        first, second = _model(broken, "first"), _model(good, "second")
        models = await Models.opened(_routes(first, second), KEYS, cooldown_s=1)
        for called in (True, False, False):
            with pytest.raises(NoAnswer) as refused:
                await _ask(first, models=models)
            assert (refused.value.cost > 0) is called
        assert (await _ask(second, models=models)).text == "{}"
        broken.reply = says("{}")
        async with asyncio.timeout(PATIENCE_S):
            while len(broken.requests) == 1:
                await asyncio.sleep(0.1)
                with suppress(NoAnswer):
                    await _ask(first, models=models)
    assert (len(broken.requests), len(good.requests)) == (2, 1)


WATCHED = """
import asyncio, sys
reached = set()
def watch(event, arguments):
    if event == "socket.connect":
        reached.add(str(arguments[1]))
    if event == "socket.getaddrinfo":
        reached.add(str(arguments[0]))
sys.addaudithook(watch)
from app.gateways.language_model import Models, NoAnswer, Question
from app.gateways.routes import Deployment, Tier
assert "litellm" not in sys.modules
model = Deployment.model_validate_json(sys.argv[1])
async def ask():
    routes = {"MONTHLY_NARRATIVE": (Tier(deployment=model, while_budget_under=1.0),)}
    models = await Models.opened(routes, {model.key_variable: "none"})
    loaded = set(sys.modules)
    for _ in range(2):
        try:
            print((await models.ask(model, Question("Word this.", "{}", {}, 9_000, 5, 0.5))).text)
        except NoAnswer:
            print("nothing")
    print(sum(name.startswith("openai") for name in {*sys.modules} - loaded))
asyncio.run(ask())
print(sorted(reached))
"""


async def test_nobody_but_the_model_is_spoken_to() -> None:
    """From the import of litellm to the second answer no other address is looked up or connected to.

    And what a call needs is loaded before it: the first one has as much time for its answer as the second.
    """
    async with service_that(says("{}")) as service:
        asked = _model(service).model_dump_json()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WATCHED, asked), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, loud = await process.communicate()
    host, _, port = service.url.removeprefix("http://").removesuffix("/v1").partition(":")
    *answers, loaded_late, reached = said.decode().splitlines()
    assert (answers, loud) == (["{}", "{}"], b"")
    assert set(ast.literal_eval(reached)) <= {host, str((host, int(port)))}
    assert reached != "[]"
    assert loaded_late == "0"


async def test_a_missing_key_is_named() -> None:
    """Nothing is loaded without the keys that the models need: the sentence names each variable once."""
    async with service_that(says("{}")) as service:
        with pytest.raises(ConfigurationError, match=KEY):
            await Models.opened(_routes(_model(service), _model(service, "other")), {KEY: ""})


async def test_repeats_are_a_tenth_of_the_texts() -> None:
    """Whatever fails: second calls are at most one to begin with, and nine in a hundred after that."""
    models = await Models.opened({}, {})
    repeated = 0
    for _ in range(1_000):
        models.begin()
        repeated += sum(models.may_repeat() for _ in range(3))
    assert repeated in (90, 91)
