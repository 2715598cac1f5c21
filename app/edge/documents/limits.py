"""A GraphQL document is bounded before it is validated: tokens, nesting, fields, aliases, directives, repeats.

Knows no schema, no variables and no price: rows and points are counted when the request is known. Each operation is
walked with its fragments spread out, once, and never past the first limit that is passed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Source,
    TokenKind,
)

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
MAX_REPEATS = 500
"""Pairs of fields of one name in one place: validation compares each pair, and all that is below both."""
MAX_BRACKETS = 100
"""Open brackets in the text of a document, which is what recursion in its parser has to stand."""

_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L})
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R})


@dataclass(slots=True)
class DocumentSize:
    """What was counted, up to the selection set that passed the first limit; never more than MAX_NODES + 1 nodes."""

    nodes: int = 0
    depth: int = 0
    nesting: int = 0
    aliases: int = 0
    directives: int = 0
    repeats: int = 0

    def exceeded(self) -> str | None:
        """Return a sentence for the first limit that is passed, or None."""
        for counted, most, what in (
            (self.nodes, MAX_NODES, "fields and fragments"),
            (self.depth, MAX_DEPTH, "levels of fields"),
            (self.nesting, MAX_NESTING, "levels of fragments and fields"),
            (self.aliases, MAX_ALIASES, "aliases"),
            (self.directives, MAX_DIRECTIVES, "directives"),
            (self.repeats, MAX_REPEATS, "pairs of fields of one name in one place"),
        ):
            if counted > most:
                return too_much(most, what)
        return None


def too_much(most: int, what: str) -> str:
    """The sentence for a limit that is passed."""
    return f"The document asks for more than {most} {what}."


@dataclass(slots=True)
class _Place:
    """Where fields are merged: how often each name stands there, and the place below it."""

    times: dict[str, int] = field(default_factory=dict)
    below: dict[str, "_Place"] = field(default_factory=dict)


class _Visit(NamedTuple):
    """A selection set still to be walked; `spread` are the fragments being spread."""

    selections: SelectionSetNode
    place: _Place
    depth: int
    nesting: int
    spread: tuple[str, ...]


def measure(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentSize:
    """Count one operation with its fragments spread out, in at most MAX_NODES + 1 steps; cycles are not followed."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    size = DocumentSize(directives=len(operation.directives or ()))
    waiting = [_Visit(operation.selection_set, _Place(), 1, 1, ())]
    while waiting:
        visit = waiting.pop()
        size.nesting = max(size.nesting, visit.nesting)
        for node in visit.selections.selections:
            _count(size, node, visit)
            if size.nodes > MAX_NODES or size.repeats > MAX_REPEATS:
                return size
            waiting.extend(_below(node, visit, fragments))
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


def _count(size: DocumentSize, node: SelectionNode, visit: _Visit) -> None:
    size.nodes += 1
    size.directives += len(node.directives or ())
    if isinstance(node, FieldNode):
        size.depth = max(size.depth, visit.depth)
        size.aliases += node.alias is not None
        name = _name(node)
        before = visit.place.times.get(name, 0)
        size.repeats += before
        visit.place.times[name] = before + 1


def _name(node: FieldNode) -> str:
    """What it is called in the answer."""
    return node.alias.value if node.alias else node.name.value


def _below(node: SelectionNode, visit: _Visit, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[_Visit]:
    nesting = visit.nesting + 1
    if isinstance(node, FragmentSpreadNode):
        name = node.name.value
        fragment = fragments.get(name)
        if fragment is not None and name not in visit.spread:  # unknown ones and cycles are validation's to explain
            yield _Visit(fragment.selection_set, visit.place, visit.depth, nesting, (*visit.spread, name))
    elif isinstance(node, FieldNode):
        if node.selection_set is not None:
            place = visit.place.below.setdefault(_name(node), _Place())
            yield _Visit(node.selection_set, place, visit.depth + 1, nesting, visit.spread)
    elif isinstance(node, InlineFragmentNode):
        yield _Visit(node.selection_set, visit.place, visit.depth, nesting, visit.spread)
