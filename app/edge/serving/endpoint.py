"""A GraphQL endpoint over HTTP: who asks, what for, what it may cost, and the answer, remembered or made.

The order is that of the rooms it passes: token, request, document, points, answer. Knows no field of the schema.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.access import Caller, Role
from app.edge.documents.prepared import DocumentRefused, Operation
from app.edge.graphiql import graphiql_response
from app.edge.refusals import refusal
from app.edge.serving.answers import Answer, media_type, to_response
from app.edge.serving.asked import Asked, BadRequest, read_body, read_parameters
from app.edge.serving.observed import OTHER, Observed, Outcome
from app.edge.serving.operations import Operations
from app.edge.serving.remembered import Remembered
from app.edge.serving.spending import Spender, Spending, extensions_of
from app.edge.tokens import TokenVerifier
from app.errors import SpectrumError, TooOften, TopLevelCode, Unauthenticated
from app.pipeline.ports import Ports
from app.storage.jobs.linked import list_published
from app.storage.people import Head
from graphql_schema.access import may_send_any, require_team
from graphql_schema.context import Context
from graphql_schema.language import language_of
from graphql_schema.masking import shown_failure

LINKED = 8
"""Of the jobs that published a person's words, so many of the newest are linked to a query of theirs."""
LINKING_S = 1.0
"""What an answer waits at most to know what it is linked to."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as it is known before it is answered."""

    request: Request
    context: Context
    asked: Asked
    operation: Operation
    spending: Spending
    observed: Observed

    @property
    def is_get(self) -> bool:
        return self.request.method == "GET"


class Endpoint:
    """`/graphql`, or with `team` `/ops/graphql`: any document, no points, nothing remembered, and nobody else.

    `page`: a browser that asks for none is shown GraphiQL.
    """

    def __init__(
        self,
        ports: Ports,
        verifier: TokenVerifier,
        operations: Operations,
        *,
        spender: Spender,
        remembered: Remembered | None,
        team: bool,
        page: bool,
    ) -> None:
        self._ports = ports
        self._verifier = verifier
        self._operations = operations
        self._spender = spender
        self._remembered = remembered
        self._team = team
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        observed = Observed()
        try:
            response = await self._response(request, observed)
        except ClientDisconnect:
            observed.ended(otherwise=Outcome.LEFT)
            return  # nobody waits for an answer
        except asyncio.CancelledError:
            observed.ended(otherwise=Outcome.LEFT)  # the server is stopping
            raise
        finally:
            observed.tell()
        await response(scope, receive, send)

    async def _response(self, request: Request, observed: Observed) -> Response:
        try:
            return await self._answered(request, observed)
        except DocumentRefused as refused:
            return to_response(Answer(None, refused.errors), media_type(request.headers), {})
        except SpectrumError as error:
            if isinstance(error, TooOften):
                observed.ended(otherwise=Outcome.THROTTLED)
            return _refused(error) or _failed(error, request, observed)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told by its request id alone
            return _failed(error, request, observed)

    async def _answered(self, request: Request, observed: Observed) -> Response:
        if request.method not in {"GET", "POST"}:
            raise BadRequest("Ask with GET or POST.", status=405, allow="GET, POST")
        if self._page and _asks_for_the_page(request):
            return graphiql_response(request.url.path)
        caller = await self._verifier.caller(request.headers.get("authorization"))
        if self._team:
            require_team(caller)
        is_get = request.method == "GET"
        asked = read_parameters(request.query_params) if is_get else read_body(await request.body())
        operation = self._operations.find(asked, any_document=self._team or may_send_any(caller))
        if operation.kind is OperationType.SUBSCRIPTION:
            raise BadRequest("A subscription is asked for over a websocket.")
        if is_get and operation.kind is OperationType.MUTATION:
            raise BadRequest("A mutation is sent with POST.", status=405, allow="POST")
        language = language_of(request.headers.get("accept-language"))
        context = Context(self._ports, caller, request.state.request_id, language)
        address = request.client.host if request.client else ""
        spending = self._spender.of(context, address, operation.requested(asked.variables))
        call = Call(request, context, asked, operation, spending, observed)
        name = self._operations.name_of(operation) or OTHER
        with observed.found(name, operation.kind.value, follows=_trace_of(request, caller)) as span:
            response = await (self._recalled(call) if self._may_recall(call) else self._made(call))
            span.set(outcome=observed.outcome)
            if (
                span.is_kept
                and observed.outcome is Outcome.MADE
                and call.operation.is_of_spectrum
                and caller is not None
            ):
                await self._link(call)
        return response

    def _may_recall(self, call: Call) -> bool:
        return self._remembered is not None and call.context.caller is not None and call.operation.is_of_spectrum

    async def _recalled(self, call: Call) -> Response:
        """The answer by the person's revision: "as you have it", remembered, or made and remembered."""
        remembered = self._remembered
        assert remembered is not None, "only an endpoint that remembers recalls"
        head = await call.context.meet()
        if not head.known:  # nothing moves their revision: an account's end, and its next beginning
            return await self._made(call)
        key = remembered.key(head, call.context, call.asked, call.operation)
        tag = f'"{key.hex()}"'
        headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "Authorization, Accept, Accept-Language"}
        if call.is_get and tag in call.request.headers.get("if-none-match", ""):
            await call.spending.take(1)
            call.observed.ended(otherwise=Outcome.NOT_MODIFIED)
            return Response(status_code=304, headers=headers)
        data = remembered.cache.find(key)
        if data is not None:
            await call.spending.take(1)
            return await self._rendered(call, Answer(data), actual=1, headers=headers, outcome=Outcome.CACHED)
        made: list[tuple[Answer, int, bool]] = []

        async def make() -> bytes | None:
            answer, actual, seen = await self._run(call, expected=head)
            is_of_key = seen is not None and key == remembered.key(seen, call.context, call.asked, call.operation)
            if not is_of_key:  # something was changed after the key was made: what was read is partly another's
                answer, actual, _ = await self._run(call)
            made.append((answer, actual, is_of_key and not answer.errors))
            return answer.data if made[0][2] else None

        await call.spending.take()
        data = await remembered.cache.once(key, make)
        answer, actual, is_of_key = made[0] if made else (Answer(data), 1, True)
        outcome = Outcome.MADE if made else Outcome.CACHED
        return await self._rendered(call, answer, actual=actual, headers=headers if is_of_key else {}, outcome=outcome)

    async def _made(self, call: Call) -> Response:
        await call.spending.take()
        answer, actual, _ = await self._run(call)
        return await self._rendered(call, answer, actual=actual)

    async def _run(self, call: Call, expected: Head | None = None) -> tuple[Answer, int, Head | None]:
        """The answer, what it costs, and with an `expected` head the one that was seen at the moment of its reading."""
        is_query = call.operation.kind is OperationType.QUERY
        reads_one_person = is_query and call.context.caller is not None
        moment = call.context.at_one_moment() if reads_one_person else nullcontext()
        run = self._operations.run(call.operation, call.asked.variables, call.context, call.context.request_id)
        seen = None
        async with moment:
            seeing = None if expected is None else call.context.expect(expected)
            result = await _while_waited_for(call.request.receive, run, may_stop=is_query)
            if seeing is not None:
                with suppress(SpectrumError):  # the answer says it, too
                    seen = await seeing
        # What failed may have been done before: it costs what it might have cost.
        actual = call.spending.requested if result.errors else call.operation.plan.actual(result.data)
        return Answer.of(result), actual, seen

    async def _link(self, call: Call) -> None:
        """Link a recorded query to what published the words that its person has now."""
        with suppress(Exception):  # a trace without its links is no reason for an answer to fail, or to be late
            async with asyncio.timeout(LINKING_S), self._ports.store.for_person(call.context.person_id()) as tx:
                call.observed.span.link(await list_published(tx, call.context.person_id(), limit=LINKED))

    async def _rendered(
        self,
        call: Call,
        answer: Answer,
        *,
        actual: int,
        headers: dict[str, str] | None = None,
        outcome: Outcome = Outcome.MADE,
    ) -> Response:
        extensions = await extensions_of(
            call.context, call.operation, call.spending, actual, with_revision=not self._team
        )
        call.observed.ended(answer.errors, otherwise=outcome)
        response = to_response(answer, media_type(call.request.headers), extensions)
        if call.is_get:
            response.headers.update(headers or {})
        return response


def _trace_of(request: Request, caller: Caller | None) -> str | None:
    """The trace that a service's request goes on with; a phone's would let anybody choose what we record."""
    if caller is None or Role.SERVICE not in caller.roles:
        return None
    return request.headers.get("traceparent")


def _refused(error: SpectrumError) -> Response | None:
    """The answer to what must not be answered, whatever media type is wanted; None when it is a failure of ours."""
    match error:
        case Unauthenticated():
            return refusal(401, TopLevelCode.UNAUTHENTICATED, str(error))
        case TooOften():
            return refusal(429, TopLevelCode.THROTTLED, str(error), retry_after_ms=error.retry_after_ms)
        case BadRequest():
            return refusal(error.status, TopLevelCode.BAD_USER_INPUT, str(error), allow=error.allow)
        case _ if error.code is TopLevelCode.FORBIDDEN:
            return refusal(403, TopLevelCode.FORBIDDEN, str(error))
    return None


def _failed(error: Exception, request: Request, observed: Observed) -> Response:
    failure = shown_failure(error, request.state.request_id)
    observed.ended([failure], otherwise=Outcome.FAILED)
    return to_response(Answer(b"null", [failure]), media_type(request.headers), {})


def _asks_for_the_page(request: Request) -> bool:
    """Whether a browser opens GraphiQL, which asks for a token by itself."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return False
    return not {"query", "documentId", "extensions"} & request.query_params.keys()


async def _while_waited_for(receive: Receive, work: Coroutine[Any, Any, _Value], *, may_stop: bool) -> _Value:
    """What `work` answers. ClientDisconnect when the client leaves first: `may_stop` says that it is ended then."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and may_stop:
            raise ClientDisconnect
        return await task
    finally:
        leaving.cancel()
        if not task.done():
            task.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
