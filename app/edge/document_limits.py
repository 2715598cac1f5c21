"""A GraphQL document is bounded before it is validated: tokens, nesting, fields, aliases, directives, rows.

Knows no schema, no caller and no price: points per caller are counted elsewhere. Only the operation that runs is
walked, with its fragments spread out, once, and never past the first limit that is passed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    Lexer,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Source,
    TokenKind,
    ValueNode,
    VariableNode,
)
from strawberry.extensions import SchemaExtension

from app.errors import TopLevelCode

MAX_TOKENS = 1_000
"""For graphql-core's parser. The standard introspection query has 163 (183 with every option)."""
MAX_NODES = 2_000
"""Fields, spreads and inline fragments, every spread counted in full."""
MAX_DEPTH = 15
"""Fields below fields. The standard introspection query has exactly 15."""
MAX_NESTING = 40
"""Selection sets inside selection sets, fragments included: what recursion in graphql-core has to stand."""
MAX_ALIASES = 30
MAX_DIRECTIVES = 20
MAX_ROWS = 10_000
"""Product of `first` (or `last`, or how many `ids`) along one path: how many rows the innermost list may ask for."""
MAX_BRACKETS = 100
"""Open brackets in the text of a document, which is what recursion in its parser has to stand."""

COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L})
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R})
_PAGE_SIZES = frozenset({"first", "last"})
_ID_LISTS = frozenset({"ids"})
"""Arguments that ask for as many rows as they name."""


@dataclass(slots=True)
class DocumentSize:
    """What was counted, up to the selection set that passed the first limit; never more than MAX_NODES + 1 nodes."""

    nodes: int = 0
    depth: int = 0
    nesting: int = 0
    aliases: int = 0
    directives: int = 0
    rows: int = 1

    def exceeded(self) -> str | None:
        """Return a sentence for the first limit that is passed, or None."""
        for counted, most, what in (
            (self.nodes, MAX_NODES, "fields and fragments"),
            (self.depth, MAX_DEPTH, "levels of fields"),
            (self.nesting, MAX_NESTING, "levels of fragments and fields"),
            (self.aliases, MAX_ALIASES, "aliases"),
            (self.directives, MAX_DIRECTIVES, "directives"),
            (self.rows, MAX_ROWS, "rows on one path"),
        ):
            if counted > most:
                return f"The document asks for more than {most} {what}."
        return None


class _Visit(NamedTuple):
    """A selection set still to be walked; `rows` is the product so far, `spread` the fragments being spread."""

    selections: SelectionSetNode
    depth: int
    nesting: int
    rows: int
    spread: tuple[str, ...]


def check_document(
    document: DocumentNode, *, variables: Mapping[str, object] | None = None, operation_name: str | None = None
) -> None:
    """Raise a GraphQLError if the operation that would run passes a limit.

    `extensions.code` is COST_LIMIT_EXCEEDED then, and BAD_USER_INPUT if it is not clear which operation would run.
    `variables` are the request's, before coercion; page sizes are read from them or from their defaults.
    """
    operation = _chosen(document, operation_name)
    if operation is None:
        raise _refusal("Name the one operation of the document that is to run.", TopLevelCode.BAD_USER_INPUT)
    sentence = measure(document, operation, variables or {}).exceeded()
    if sentence is not None:
        raise _refusal(sentence, COST_LIMIT_EXCEEDED)


def measure(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object]
) -> DocumentSize:
    """Count one operation with its fragments spread out, in at most MAX_NODES + 1 steps; cycles are not followed."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    sizes = _PageSizes(operation, variables)
    size = DocumentSize(directives=len(operation.directives or ()))
    waiting = [_Visit(operation.selection_set, 1, 1, 1, ())]
    while waiting:
        visit = waiting.pop()
        size.nesting = max(size.nesting, visit.nesting)
        for node in visit.selections.selections:
            _count(size, node, visit, sizes)
            if size.nodes > MAX_NODES:
                return size
            waiting.extend(_below(node, visit, fragments, sizes))
        if size.exceeded() is not None:
            return size
    return size


def nests_too_deep(text: str) -> bool:
    """Tell whether more than MAX_BRACKETS braces and square brackets are open at once in the first MAX_TOKENS tokens.

    Reads tokens only where the text has that many brackets at all; strings and comments do not count.
    """
    if text.count("{") + text.count("[") <= MAX_BRACKETS:
        return False
    lexer = Lexer(Source(text))
    depth = 0
    try:
        for _ in range(MAX_TOKENS):
            kind = lexer.advance().kind
            depth += (kind in _OPENING) - (kind in _CLOSING)
            if depth > MAX_BRACKETS:
                return True
            if kind is TokenKind.EOF:
                break
    except GraphQLSyntaxError:
        pass  # the parser gets no further than this, and explains it
    return False


class DocumentLimits(SchemaExtension):
    """Puts the limits around Strawberry's parser and in front of its validation: list the class in `extensions`.

    Its hooks never raise: Strawberry answers that for a query, but lets it escape from a subscription.
    """

    _named: str | None = None

    def on_operation(self) -> Iterator[None]:
        """Bound the parser, and keep the name that was asked for: later Strawberry falls back to the first one."""
        too_deep = nests_too_deep(self.execution_context.query or "")
        self.execution_context.parse_options["max_tokens"] = 0 if too_deep else MAX_TOKENS
        self._named = self.execution_context.operation_name
        yield

    def on_parse(self) -> Iterator[None]:
        """Give the parser's errors a code, and our words to a text that it was not allowed to begin."""
        yield
        for error in self.execution_context.pre_execution_errors or ():
            too_long = "tokens. Parsing aborted" in error.message
            error.extensions = {"code": COST_LIMIT_EXCEEDED if too_long else str(TopLevelCode.BAD_USER_INPUT)}
            if self.execution_context.parse_options.get("max_tokens") == 0:
                error.message = f"The document nests more than {MAX_BRACKETS} brackets."

    def on_validate(self) -> Iterator[None]:
        """Check before validation, which spreads fragments out itself and is dear for a large document."""
        context = self.execution_context
        if context.graphql_document is not None and context.pre_execution_errors is None:
            try:
                check_document(context.graphql_document, variables=context.variables, operation_name=self._named)
            except GraphQLError as error:
                context.pre_execution_errors = [error]  # set, Strawberry skips validation and answers with it
        yield


class NoSubscriptions(SchemaExtension):
    """Refuses subscriptions, where one answer is all that there is: for HTTP, listed after `DocumentLimits`."""

    def on_validate(self) -> Iterator[None]:
        """Refuse before anything is validated or begun."""
        context = self.execution_context
        if context.graphql_document is not None and context.pre_execution_errors is None:
            operation = _chosen(context.graphql_document, context.operation_name)
            if operation is not None and operation.operation is OperationType.SUBSCRIPTION:
                told = "Subscribe on a websocket (graphql-transport-ws)."
                context.pre_execution_errors = [_refusal(told, TopLevelCode.BAD_USER_INPUT)]
        yield


class _PageSizes:
    """Reads `first`, `last` and the length of `ids` of a field, from a literal, a variable or its default."""

    def __init__(self, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> None:
        self._variables = variables
        self._defaults = {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}

    def of(self, node: FieldNode) -> int:
        """Return the largest of them, at least 1; what is no number and no list is left to validation."""
        sizes = [1]
        for arg in node.arguments or ():
            if arg.name.value in _PAGE_SIZES:
                sizes.append(self._number(arg.value))
            elif arg.name.value in _ID_LISTS:
                sizes.append(self._length(arg.value))
        return max(sizes)

    def _length(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            name = value.name.value
            given = self._variables.get(name)
            if name not in self._variables:
                return self._length(self._defaults.get(name))
            return len(given) if isinstance(given, list) else 1
        return len(value.values) if isinstance(value, ListValueNode) else 1

    def _number(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            name = value.name.value
            given = self._variables.get(name)
            if name not in self._variables:
                return self._number(self._defaults.get(name))
            return given if type(given) is int and given > 0 else 1
        if isinstance(value, IntValueNode):
            # int() refuses texts of thousands of digits; anything this long is over the limit anyway.
            return MAX_ROWS + 1 if len(value.value) > 9 else max(1, int(value.value))
        return 1


def _count(size: DocumentSize, node: SelectionNode, visit: _Visit, sizes: _PageSizes) -> None:
    size.nodes += 1
    size.directives += len(node.directives or ())
    if isinstance(node, FieldNode):
        size.depth = max(size.depth, visit.depth)
        size.aliases += node.alias is not None
        size.rows = max(size.rows, visit.rows * sizes.of(node))


def _below(
    node: SelectionNode, visit: _Visit, fragments: Mapping[str, FragmentDefinitionNode], sizes: _PageSizes
) -> Iterator[_Visit]:
    nesting = visit.nesting + 1
    if isinstance(node, FragmentSpreadNode):
        name = node.name.value
        fragment = fragments.get(name)
        if fragment is not None and name not in visit.spread:  # unknown ones and cycles are validation's to explain
            yield _Visit(fragment.selection_set, visit.depth, nesting, visit.rows, (*visit.spread, name))
    elif isinstance(node, FieldNode):
        if node.selection_set is not None:
            rows = visit.rows * sizes.of(node)
            yield _Visit(node.selection_set, visit.depth + 1, nesting, rows, visit.spread)
    elif isinstance(node, InlineFragmentNode):
        yield _Visit(node.selection_set, visit.depth, nesting, visit.rows, visit.spread)


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name is not None and node.name.value == name]
    return operations[0] if len(operations) == 1 else None


def _refusal(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": str(code)})
