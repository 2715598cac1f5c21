"""What is wrong with a document or its variables, without repeating what was sent: values may be a person's words.

graphql-core's own messages quote the value, and for a missing field the whole object. Here only names of types, the
place inside the variables, and our scalars' fixed sentences remain.
"""

import re

from graphql import GraphQLError

_VARIABLE = re.compile(r"Variable '(\$\w+)' has invalid value(?: at ([\w.\[\]]+))?: ", re.ASCII)
_UNKNOWN_FIELD = re.compile(r"Expected value of type '(\w+)' not to include unknown field ", re.ASCII)
_NEEDED = re.compile(
    r"Expected value of (?:non-null )?type '[\w!\[\]]+'(?: to include required field '\w+'| to be an object)?", re.ASCII
)
_OURS = re.compile(r", but encountered error '([^']*)'; found: ", re.ASCII)
_BUILT_IN = re.compile(r"(Int|Float|String|Boolean|ID) cannot represent", re.ASCII)
_ENUM = re.compile(r"^Value '.*' does not exist in '(\w+)' enum|^Enum '(\w+)' cannot represent", re.ASCII | re.DOTALL)
_STRING_TOKEN = re.compile(r"\b(String|BlockString) '.*", re.DOTALL)
_UNFITTING = "It does not fit its type."


def redacted(error: GraphQLError) -> str:
    """The message of a syntax, validation or variable error, fit for anyone's log."""
    message = error.message
    variable = _VARIABLE.match(message)
    if variable is None:
        return _reason(message, otherwise=_STRING_TOKEN.sub(r"\1.", message))
    place = variable[1].removeprefix("$") + (variable[2] or "")
    return f"The variable at '{place}' is not valid. {_reason(message[variable.end() :], otherwise=_UNFITTING)}"


def _reason(message: str, *, otherwise: str) -> str:
    """Why a value does not fit, without the value; `otherwise` when the message is about no value."""
    if match := _UNKNOWN_FIELD.match(message):
        return f"It has a field that '{match[1]}' does not know."
    if match := _NEEDED.match(message):
        ours = _OURS.match(message, match.end())
        return f"{match[0]}{f': {ours[1]}' if ours else ''}."
    if match := _BUILT_IN.match(message):
        return f"Expected value of type '{match[1]}'."
    if match := _ENUM.match(message):
        return f"It is none of the values of '{match[1] or match[2]}'."
    return otherwise
