"""What an HTTP request asks for, read strictly (GraphQL over HTTP). Parses no document and coerces no variable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from app.edge.body_limit import DEEPEST_NESTING
from app.edge.nesting import JsonNesting
from app.errors import SpectrumError, TopLevelCode

LONGEST_NAME = 200
"""Of an operation's name, or a document's id, in characters."""


class BadRequest(SpectrumError):
    """A request that is none: answered with `status` whatever media type the client accepts."""

    code = TopLevelCode.BAD_USER_INPUT

    def __init__(self, message: str, *, status: int = 400, allow: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Asked:
    """A document by its text or its id, what it is asked with, and which of its operations is meant."""

    text: str | None
    document_id: str | None
    variables: Mapping[str, Any]
    operation_name: str | None


def read_body(body: bytes) -> Asked:
    """What the body of a POST asks for. BadRequest when it is not one JSON object with the right members."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise BadRequest("The request must be one JSON object.")
    return _asked(value)


def read_parameters(parameters: QueryParams) -> Asked:
    """What the address of a GET asks for. BadRequest likewise."""
    if len(parameters.multi_items()) != len(parameters):
        raise BadRequest("A parameter may be given once.")
    members: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := members.get(name):
            nesting = JsonNesting()
            nesting.feed(text.encode())
            if nesting.deepest > DEEPEST_NESTING:
                raise BadRequest(f"{name} nests deeper than {DEEPEST_NESTING} brackets.")
            try:
                members[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise BadRequest(f"{name} must be a JSON object.") from None
        else:
            members.pop(name, None)
    return _asked(members)


def _asked(members: Mapping[str, Any]) -> Asked:
    extensions = _member(members, "extensions", dict) or {}
    text = _member(members, "query", str)
    document_id = _member(members, "documentId", str) or _persisted(extensions)
    name = _member(members, "operationName", str)
    if not text and not document_id:
        raise BadRequest("Send a document as query, or its documentId.")
    if len(name or "") > LONGEST_NAME or len(document_id or "") > LONGEST_NAME:
        raise BadRequest(f"A name has at most {LONGEST_NAME} characters.")
    return Asked(text or None, document_id, _member(members, "variables", dict) or {}, name or None)


def _persisted(extensions: Mapping[str, Any]) -> str | None:
    """The hash that Apollo's and urql's clients send for a document that they expect to be known."""
    persisted = _member(extensions, "persistedQuery", dict)
    return _member(persisted, "sha256Hash", str) if persisted else None


def _member(members: Mapping[str, Any], name: str, type_: type) -> Any:
    value = members.get(name)
    if value is not None and type(value) is not type_:
        raise BadRequest(f"{name} must be {'a string' if type_ is str else 'an object'}.")
    return value
