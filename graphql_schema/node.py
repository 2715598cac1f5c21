"""What everything with an id has in common, pages, and what can be corrected in an input."""

from collections.abc import Sequence
from typing import Annotated, Self

import strawberry

from app import errors
from app.errors import ErrorCode, SpectrumError, TopLevelCode
from graphql_schema.language import IN_THEIR_LANGUAGE

MAX_PAGE = 100

First = Annotated[int, strawberry.argument(description="Entries of a page, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="A cursor of this list; null: from the beginning.")]


@strawberry.interface(description="Any id can be given to `node`. Someone else's id and an unknown id look the same.")
class Node:
    id: strawberry.ID


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None = strawberry.field(description="Null when the page is empty.")
    end_cursor: str | None = strawberry.field(description="Null when the page is empty.")

    @classmethod
    def of(cls, cursors: Sequence[str], *, more: bool, after: str | None) -> Self:
        return cls(
            has_next_page=more,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )


def page_size(first: int) -> int:
    """`first`, checked. BAD_USER_INPUT outside 1..100."""
    if not 1 <= first <= MAX_PAGE:
        raise SpectrumError(f"first must be 1 to {MAX_PAGE}.", TopLevelCode.BAD_USER_INPUT)
    return first


@strawberry.type(description="Something the person or the app can correct.")
class UserError:
    code: ErrorCode
    message: str = strawberry.field(description="Fit to show, in the request's language.", metadata=IN_THEIR_LANGUAGE)
    field: list[str] | None = strawberry.field(
        description="Path inside the mutation's arguments; null when it concerns all of it."
    )

    @classmethod
    def of(cls, problem: errors.Problem) -> Self:
        return cls(code=problem.code, message=problem.message, field=list(problem.field) or None)


@strawberry.interface
class Payload:
    user_errors: list[UserError]


def user_errors(refused: errors.Refused) -> list[UserError]:
    """Every problem of a refusal."""
    return [UserError.of(problem) for problem in refused.problems]
