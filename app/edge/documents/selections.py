"""Selections of plain attributes, compiled: what graphql-core walks field by field becomes one function of an object.

The function is written as one Python expression, as dataclasses and named tuples write theirs: a call for each leaf
would cost more than the leaf.

Only what needs no walk is compiled: attributes and methods without arguments, down to leaves. Whatever else a
selection has (arguments, directives, coroutines, interfaces), and every object that fails, goes graphql-core's way, so
that answers and errors are its own.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from gettext import NullTranslations
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from graphql_schema.language import ENGLISH, is_spoken, say_or_null

Complete = Callable[[Any], Any]
"""From a value of the schema's types to what stands in the answer. Raises when it does not fit."""
_AS_THEY_ARE = {
    "String": "type{0} is str",
    "Int": f"type{{0}} is int and {-(2**31) + 1} <= {{1}} <= {2**31 - 1}",
    "Boolean": "type{0} is bool",
    "ID": "type{0} is str",
    "Float": "type{0} is float and isfinite({1})",
}
"""When a value of a scalar stands in the answer as it is: {0} reads it into {1}."""


class NotPlainError(Exception):
    """A selection that has to be walked."""


class Selections:
    """The compiled selections of one document in one language; each is compiled when it is first met."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], language: NullTranslations = ENGLISH) -> None:
        self._fragments = fragments
        self._language = language
        self._compiled: dict[tuple[object, ...], Complete | None] = {}
        self._others: dict[NullTranslations, Selections] = {}

    def spoken(self, language: NullTranslations) -> "Selections":
        """The same in another language of ours."""
        if language is self._language:
            return self
        if language not in self._others:
            self._others[language] = Selections(self._fragments, language)
        return self._others[language]

    def find(self, type_: GraphQLObjectType, nodes: tuple[FieldNode, ...]) -> Complete | None:
        """How objects of a type are completed that these fields select, None when they have to be walked."""
        key = (type_.name, *map(id, nodes))
        if key not in self._compiled:
            try:
                self._compiled[key] = self._complete(type_, nodes)
            except (NotPlainError, SyntaxError, RecursionError):  # Python, too, has a depth that it does not go beyond
                self._compiled[key] = None
        return self._compiled[key]

    def _complete(self, type_: GraphQLObjectType, nodes: tuple[FieldNode, ...]) -> Complete:
        source = _Source()
        return source.function(self._object(type_, nodes, _Source.ARGUMENT, source))

    def _object(self, type_: GraphQLObjectType, nodes: tuple[FieldNode, ...], of: str, source: "_Source") -> str:
        """The expression of an answer about the object that the variable `of` holds."""
        grouped: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node.selection_set is not None:
                self._collect(type_, node.selection_set, grouped)
        parts = [f"{name!r}: {self._field(type_, tuple(fields), of, source)}" for name, fields in grouped.items()]
        return "{" + ", ".join(parts) + "}"

    def _collect(
        self, type_: GraphQLObjectType, selections: SelectionSetNode, into: dict[str, list[FieldNode]]
    ) -> None:
        for node in selections.selections:
            if node.directives:
                raise NotPlainError
            if isinstance(node, FieldNode):
                into.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            condition, below = self._fragment(node)
            if condition is not None and condition.name.value != type_.name:
                raise NotPlainError
            self._collect(type_, below, into)

    def _fragment(self, node: SelectionNode) -> tuple[NamedTypeNode | None, SelectionSetNode]:
        """What a spread or an inline fragment is about, and what it selects."""
        within = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        assert isinstance(within, FragmentDefinitionNode | InlineFragmentNode), "there is no other kind of selection"
        return within.type_condition, within.selection_set

    def _field(self, parent: GraphQLObjectType, nodes: tuple[FieldNode, ...], of: str, source: "_Source") -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(parent.name)
        field = parent.fields[name]
        read = _read(field, of, source)
        if is_spoken(field):
            read = f"{source.named(say_or_null)}({source.named(self._language)}, {read})"
        return self._completed(field.type, nodes, read, source)

    def _completed(self, type_: GraphQLOutputType, nodes: tuple[FieldNode, ...], read: str, source: "_Source") -> str:
        """The expression of what the expression `read` gives."""
        may_be_null = not is_non_null_type(type_)
        inner = type_.of_type if is_non_null_type(type_) else type_
        if is_leaf_type(inner):
            return _leaf(inner, read, source, may_be_null=may_be_null)
        found = source.variable()
        null = "None" if may_be_null else f"{source.named(_refuse_null)}()"
        return f"({null} if ({found} := {read}) is None else {self._value(inner, nodes, found, source)})"

    def _value(self, type_: GraphQLOutputType, nodes: tuple[FieldNode, ...], of: str, source: "_Source") -> str:
        if is_list_type(type_):
            each = source.variable()
            return f"[{self._completed(type_.of_type, nodes, each, source)} for {each} in {of}]"
        if is_object_type(type_):
            return self._object(type_, nodes, of, source)
        raise NotPlainError


class _Source:
    """A function that is being written: the variables it uses, and the objects it names."""

    ARGUMENT = "value"

    def __init__(self) -> None:
        self._named: dict[str, Any] = {"isfinite": math.isfinite}
        self._variables = 0

    def variable(self) -> str:
        """A variable that is not used yet."""
        self._variables += 1
        return f"v{self._variables}"

    def named(self, thing: Any) -> str:
        """A name for an object that the function needs."""
        name = f"n{len(self._named)}"
        self._named[name] = thing
        return name

    def function(self, expression: str) -> Complete:
        """The function of `expression`, whose every name is one of these. SyntaxError when it nests too deep."""
        code = compile(f"lambda {self.ARGUMENT}: {expression}", "<selection>", "eval")
        complete: Complete = eval(code, self._named)  # noqa: S307 - written here, of names and quoted aliases alone
        return complete


def _read(field: GraphQLField, of: str, source: _Source) -> str:
    """How a plain field is read of its object."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None or field.args or definition.extensions or definition.is_async:
        raise NotPlainError
    resolver = definition.base_resolver
    if resolver is None:
        return f"{of}.{definition.python_name}"
    method = resolver.wrapped_func
    if inspect.iscoroutinefunction(method) or list(inspect.signature(method).parameters) != ["self"]:
        raise NotPlainError
    return f"{source.named(method)}({of})"


def _refuse_null() -> None:
    raise TypeError("null where none may be")


def _leaf(type_: Any, read: str, source: _Source, *, may_be_null: bool) -> str:
    """A leaf's own coercion, spared where the value is of the very type that stands in the answer."""
    coerce = _coerced(type_.coerce_output_value, may_be_null=may_be_null)
    if is_enum_type(type_):
        return f"{source.named(_Names(coerce))}[{read}]"
    as_it_is = _AS_THEY_ARE.get(type_.name)
    if as_it_is is None:
        return f"{source.named(coerce)}({read})"
    found = source.variable()
    return f"({found} if {as_it_is.format(f'({found} := {read})', found)} else {source.named(coerce)}({found}))"


class _Names(dict[Any, Any]):
    """The names of an enum's values, each coerced when it is first met."""

    def __init__(self, coerce: Complete) -> None:
        super().__init__()
        self._coerce = coerce

    def __missing__(self, value: Any) -> Any:
        name = self[value] = self._coerce(value)
        return name


def _coerced(coerce: Complete, *, may_be_null: bool) -> Complete:
    """graphql-core refuses null where none may be, and a leaf that becomes null of a value."""

    def complete(value: Any) -> Any:
        if value is None and may_be_null:
            return None
        coerced = None if value is None else coerce(value)
        if coerced is None:
            raise TypeError("null where none may be")
        return coerced

    return complete
