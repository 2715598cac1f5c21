"""Documents parsed, bounded, validated and planned once, and kept while they are asked for.

Runs nothing and knows no caller. What fails is not kept: it is cheap to refuse again.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.edge.documents.cost import MAX_ROWS, CostPlan, Requested
from app.edge.documents.limits import MAX_BRACKETS, MAX_TOKENS, measure, nests_too_deep, too_much
from app.edge.documents.selections import Selections
from app.errors import TopLevelCode
from graphql_schema.redaction import redacted

MAX_OPERATIONS = 10
"""In one document; one of them runs."""
MAX_ERRORS = 10
"""Of validation, which then stops: each may cost a search for names that are alike."""
KEPT_CHARS = 256 * 1024
"""Of all texts together that are kept prepared: at most about 40 MB of their trees."""
_WORDS = re.compile(r'["#]')
"""Strings and comments may be somebody's words, however few: such a document is not kept. Variables are for that."""
_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class DocumentRefused(Exception):
    """A document that does not run, with every reason that was found; each has a code and quotes nothing."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors

    @classmethod
    def because(cls, message: str, code: TopLevelCode = TopLevelCode.BAD_USER_INPUT) -> "DocumentRefused":
        """One reason, about the document as a whole."""
        return cls(GraphQLError(message, extensions={"code": str(code)}))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to run. `digest` is the SHA-256 of the text that it is in.

    `is_of_spectrum` tells whether it asks for nothing outside `viewer.spectrum`, so that its answer is known by the
    person's revision. `root` is the one field of the schema that it asks for, None where it asks for several.
    """

    digest: bytes
    document: DocumentNode
    name: str | None
    kind: OperationType
    plan: CostPlan
    declared: frozenset[str]
    is_of_spectrum: bool
    selections: Selections
    root: str | None = None

    def requested(self, variables: Mapping[str, object]) -> Requested:
        """The most that it may cost. DocumentRefused when that is more rows than a list may have."""
        requested = self.plan.requested(variables)
        if requested.rows > MAX_ROWS:
            raise _too_dear(too_much(MAX_ROWS, "rows on one path"))
        return requested


class Documents:
    """The documents of one schema. With `suggest`, errors say which names are alike."""

    def __init__(self, schema: GraphQLSchema, *, suggest: bool = True, kept_chars: int = KEPT_CHARS) -> None:
        self._schema = schema
        self._suggest = suggest
        self._kept: LRUCache[str, Sequence[Operation]] = LRUCache(kept_chars, getsizeof=_size_of)

    def prepare(self, text: str) -> Sequence[Operation]:
        """Every operation of a document. DocumentRefused when it does not parse, passes a limit or is not valid."""
        operations = self._kept.get(text)
        if operations is None:
            operations = self._prepared(text)
            if len(text) <= self._kept.maxsize and not _WORDS.search(text):
                self._kept[text] = operations
        return operations

    def _prepared(self, text: str) -> Sequence[Operation]:
        document = _parsed(text)
        nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if _has_idle_fragments(document, nodes):
            raise DocumentRefused.because("A fragment of the document is used by none of its operations.")
        if len(nodes) > MAX_OPERATIONS:
            raise _too_dear(too_much(MAX_OPERATIONS, "operations"))
        for node in nodes:
            if sentence := measure(document, node).exceeded():
                raise _too_dear(sentence)
        if errors := validate(self._schema, document, _RULES, MAX_ERRORS, hide_suggestions=not self._suggest):
            raise DocumentRefused(*(_shown(error) for error in errors))
        digest = hashlib.sha256(text.encode()).digest()
        return [self._operation(digest, document, node) for node in nodes]

    def _operation(self, digest: bytes, document: DocumentNode, node: OperationDefinitionNode) -> Operation:
        fragments = _fragments(document)
        return Operation(
            digest=digest,
            document=document,
            name=node.name.value if node.name else None,
            kind=node.operation,
            plan=CostPlan(self._schema, document, node),
            declared=frozenset(each.variable.name.value for each in node.variable_definitions or ()),
            is_of_spectrum=node.operation is OperationType.QUERY and _is_of_spectrum(node, fragments),
            selections=Selections(fragments),
            root=_root(node),
        )


def choose(operations: Sequence[Operation], name: str | None) -> Operation:
    """The one operation that is to run. DocumentRefused when that is not clear."""
    if name is not None:
        operations = [each for each in operations if each.name == name]
    if len(operations) != 1:
        raise DocumentRefused.because("Name the one operation of the document that is to run.")
    return operations[0]


def _has_idle_fragments(document: DocumentNode, operations: Sequence[OperationDefinitionNode]) -> bool:
    """Whether there are fragments that no operation leads to: validation would look at what nobody measured."""
    fragments = _fragments(document)
    waiting: list[SelectionSetNode] = [node.selection_set for node in operations]
    used: set[str] = set()
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FragmentSpreadNode) and node.name.value in fragments.keys() - used:
                used.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
                waiting.append(node.selection_set)
    return used != fragments.keys()


def _size_of(operations: Sequence[Operation]) -> int:
    source = operations[0].document.loc if operations else None
    return len(source.source.body) if source else 1


def _parsed(text: str) -> DocumentNode:
    if nests_too_deep(text):
        raise _too_dear(f"The document nests more than {MAX_BRACKETS} brackets.")
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "tokens. Parsing aborted" in error.message:
            raise _too_dear(f"The document has more than {MAX_TOKENS} tokens.") from None
        raise DocumentRefused(_shown(error)) from None


def _shown(error: GraphQLError) -> GraphQLError:
    """The error with a code, and without what the document said."""
    return GraphQLError(
        redacted(error),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        extensions={"code": str(TopLevelCode.BAD_USER_INPUT)},
    )


def _too_dear(sentence: str) -> DocumentRefused:
    return DocumentRefused.because(sentence, TopLevelCode.COST_LIMIT_EXCEEDED)


def _fragments(document: DocumentNode) -> Mapping[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _root(operation: OperationDefinitionNode) -> str | None:
    first, *more = operation.selection_set.selections
    return first.name.value if isinstance(first, FieldNode) and not more else None


def _is_of_spectrum(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> bool:
    """Whether every root field is `viewer`, and everything asked of it `spectrum`."""
    viewers = list(_fields(operation.selection_set, fragments))
    below = [each for viewer in viewers if viewer.selection_set for each in _fields(viewer.selection_set, fragments)]
    return _names(viewers) <= {"viewer"} and _names(below) == {"spectrum"}


def _names(fields: Sequence[FieldNode]) -> set[str]:
    return {node.name.value for node in fields} - {"__typename"}


def _fields(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> list[FieldNode]:
    found: list[FieldNode] = []
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, FragmentSpreadNode):
            found += _fields(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            found += _fields(node.selection_set, fragments)
    return found
