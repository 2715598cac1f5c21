"""Selections of plain attributes, compiled: what graphql-core walks field by field becomes one function of an object.

Only what needs no walk is compiled: attributes and methods without arguments, down to leaves. Whatever else a
selection has (arguments, directives, coroutines, interfaces), and every object that fails, goes graphql-core's way, so
that answers and errors are its own.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from gettext import NullTranslations
from operator import attrgetter
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
_AS_THEY_ARE = {"String": str, "Int": int, "Boolean": bool, "ID": str}
_MAX_INT = 2**31 - 1


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
                self._compiled[key] = self._object(type_, nodes)
            except NotPlainError:
                self._compiled[key] = None
        return self._compiled[key]

    def _object(self, type_: GraphQLObjectType, nodes: tuple[FieldNode, ...]) -> Complete:
        grouped: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node.selection_set is not None:
                self._collect(type_, node.selection_set, grouped)
        parts = [(name, *self._field(type_, tuple(fields))) for name, fields in grouped.items()]

        def complete(value: Any) -> Any:
            return {name: inner(read(value)) for name, read, inner in parts}

        return complete

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

    def _field(self, parent: GraphQLObjectType, nodes: tuple[FieldNode, ...]) -> tuple[Complete, Complete]:
        name = nodes[0].name.value
        if name == "__typename":
            return (lambda _: parent.name), _as_it_is
        field = parent.fields[name]
        read = _reader(field)
        if not is_spoken(field):
            return read, self._completer(field.type, nodes)
        return (lambda value: say_or_null(self._language, read(value))), self._completer(field.type, nodes)

    def _completer(self, type_: GraphQLOutputType, nodes: tuple[FieldNode, ...]) -> Complete:
        may_be_null = not is_non_null_type(type_)
        inner = type_.of_type if is_non_null_type(type_) else type_
        if is_leaf_type(inner):
            return _leaf(inner, may_be_null=may_be_null)
        return (_or_null if may_be_null else _not_null)(self._value(inner, nodes))

    def _value(self, type_: GraphQLOutputType, nodes: tuple[FieldNode, ...]) -> Complete:
        if is_list_type(type_):
            inner = self._completer(type_.of_type, nodes)
            return lambda values: [inner(value) for value in values]
        if is_object_type(type_):
            return self._object(type_, nodes)
        raise NotPlainError


def _reader(field: GraphQLField) -> Complete:
    """How a plain field is read of its object."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None or field.args or definition.extensions or definition.is_async:
        raise NotPlainError
    resolver = definition.base_resolver
    if resolver is None:
        return attrgetter(definition.python_name)
    method = resolver.wrapped_func
    if inspect.iscoroutinefunction(method) or list(inspect.signature(method).parameters) != ["self"]:
        raise NotPlainError
    plain: Complete = method
    return plain


def _as_it_is(value: Any) -> Any:
    return value


def _or_null(inner: Complete) -> Complete:
    return lambda value: None if value is None else inner(value)


def _not_null(inner: Complete) -> Complete:
    def complete(value: Any) -> Any:
        if value is None:
            raise TypeError("null where none may be")
        return inner(value)

    return complete


def _leaf(type_: Any, *, may_be_null: bool) -> Complete:
    """A leaf's own coercion, spared where the value is of the very type that stands in the answer."""
    coerce = _coerced(type_.coerce_output_value, may_be_null=may_be_null)
    if is_enum_type(type_):
        names: dict[Any, Any] = {}

        def name(value: Any) -> Any:
            found = names.get(value)
            if found is None:
                found = names[value] = coerce(value)
            return found

        return name
    if type_.name == "Float":
        return lambda value: value if type(value) is float and math.isfinite(value) else coerce(value)
    if type_.name == "Int":
        return lambda value: value if type(value) is int and -_MAX_INT <= value <= _MAX_INT else coerce(value)
    expected = _AS_THEY_ARE.get(type_.name)
    if expected is None:
        return coerce
    return lambda value: value if type(value) is expected else coerce(value)


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
