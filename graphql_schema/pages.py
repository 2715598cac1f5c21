"""Cursors of the simplest lists: those that are in the order of one number."""

from graphql_schema.ids import bad_cursor, decode_cursor


def after_number(kind: str, after: str | None) -> int | None:
    """The number in a cursor of the list `kind`, None without a cursor. BAD_USER_INPUT when it is another list's."""
    key = decode_cursor(kind, after, 1)
    if key is None:
        return None
    try:
        return int(key[0])
    except ValueError:
        raise bad_cursor() from None
