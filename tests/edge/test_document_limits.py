"""Documents: what costs too much is refused after a bounded number of steps, and everything ordinary passes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, get_introspection_query, parse

from app.edge.documents import limits, prepared
from app.edge.documents.cost import MAX_ROWS
from app.edge.documents.limits import DocumentSize, measure, nests_too_deep
from app.edge.documents.prepared import DocumentRefused, Operation
from app.edge.serving.asked import Asked
from app.edge.serving.operations import Operations
from app.errors import SpectrumError

from .sample import schema

COST = "COST_LIMIT_EXCEEDED"
BAD = "BAD_USER_INPUT"
operations = Operations(schema)


def bomb(levels: int) -> str:
    """Return the nested-fragment bomb: 2 ** levels fields in a few hundred bytes."""
    chain = "".join(f"fragment F{i} on Node{{...F{i + 1} ...F{i + 1}}}" for i in range(levels))
    return f"{{child{{...F0}}}}{chain}fragment F{levels} on Node{{name}}"


def size_of(text: str) -> DocumentSize:
    """Measure the first operation of a text."""
    document: DocumentNode = parse(text)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return measure(document, operation)


def find(text: str, variables: dict[str, object], name: str | None = None) -> Operation:
    """Find the operation as the endpoint does, its rows checked."""
    operation = operations.find(Asked(text, None, variables, name), any_document=True)
    operation.requested(variables)
    return operation


def code_of(text: str, *, variables: dict[str, object] | None = None, name: str | None = None) -> object:
    """Return the code with which a text is refused, or None."""
    try:
        find(text, variables or {}, name)
    except DocumentRefused as refused:
        return (refused.errors[0].extensions or {})["code"]
    return None


async def run(text: str, name: str | None = None, **variables: object) -> ExecutionResult:
    """Execute a text against the sample schema, as the endpoint does; a refusal is an answer without data."""
    try:
        return await operations.run(find(text, variables, name), variables, None, "")
    except DocumentRefused as refused:
        return ExecutionResult(None, list(refused.errors))


async def ticks(text: str) -> AsyncIterator[ExecutionResult]:
    """Subscribe; a refusal is a stream of one answer."""
    try:
        operation = find(text, {})
    except DocumentRefused as refused:
        yield ExecutionResult(None, list(refused.errors))
        return
    async for answer in operations.subscribe(operation, {}, None, ""):
        yield answer


async def codes(text: str, **variables: object) -> list[Any]:
    """Return the codes of an answer's errors."""
    answer = await run(text, None, **variables)
    return [(error.extensions or {}).get("code") for error in answer.errors or ()]


async def test_ordinary_documents_pass() -> None:
    """A query with fragments, aliases, directives and pages must run."""
    text = """query Q($n: Int! = 2, $on: Boolean! = true) {
        a: child { ...N @include(if: $on) }
        b: child { ... on Node { children(first: $n) { ...N } } }
    } fragment N on Node { name }"""
    assert (await run(text, n=1)).data == {"a": {"name": "node"}, "b": {"children": [{"name": "node"}]}}


async def test_introspection_passes() -> None:
    """The standard introspection query, plain and with every option, must be answered in full."""
    full = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    for text in (get_introspection_query(), full):
        result = await run(text)
        assert result.errors is None
        assert result.data is not None
        assert "Node" in {kind["name"] for kind in result.data["__schema"]["types"]}


@pytest.mark.parametrize("levels", [12, 24, 35])
async def test_the_fragment_bomb_is_refused_in_bounded_work(levels: int) -> None:
    """However many fields a bomb unfolds to, at most MAX_NODES + 1 may be counted, and nothing may run."""
    text = bomb(levels)
    assert len(text) < 1500
    assert size_of(text).nodes <= limits.MAX_NODES + 1
    assert await codes(text) == [COST]


async def test_a_long_chain_of_fragments_is_refused() -> None:
    """Fragments that only wrap each other must not drive graphql-core into deep recursion."""
    chain = "".join(f"fragment F{i} on Query{{...F{i + 1}}}" for i in range(110))
    text = f"{{...F0}}{chain}fragment F110 on Query{{name}}"
    assert size_of(text).nesting == limits.MAX_NESTING + 1
    assert await codes(text) == [COST]


@pytest.mark.parametrize(
    "text",
    [
        "{...A} fragment A on Query{...A}",
        "{...A} fragment A on Query{...B} fragment B on Query{...A ...A}",
        "{child{...A}} fragment A on Node{child{...A}}",
        "{...A ...Gone} fragment A on Query{name}",
    ],
)
async def test_cycles_and_unknown_fragments_are_left_to_validation(text: str) -> None:
    """A cycle must end the walk, and the answer must be validation's explanation."""
    assert size_of(text).nodes <= 10
    messages = [error.message for error in (await run(text)).errors or ()]
    assert messages
    assert all("ragment" in message for message in messages)


def nested(field: str, levels: int) -> str:
    """Return `levels` of a field inside each other, with a leaf: levels + 1 deep."""
    return "{" + f"{field}{{" * levels + "name" + "}" * levels + "}"


def spread(times: int) -> str:
    """Return a fragment of 30 fields, spread in so many places: 32 nodes each."""
    places = " ".join(f"p{n}{{...F}}" for n in range(times))
    return f"{{ {places} }} fragment F on Query {{ {' '.join(f'n{n}' for n in range(30))} }}"


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (nested("child", 14), nested("child", 15)),
        ("{" + nested("...", 38)[1:], "{" + nested("...", 40)[1:]),
        ("{" + "a:name " * 30 + "}", "{" + "a:name " * 31 + "}"),
        ("{name" + " @include(if:true)" * 20 + "}", "{name" + " @include(if:true)" * 21 + "}"),
        (spread(62), spread(63)),
        ("{name" + " name" * 31 + " child{name} child{name name} }", "{name" + " name" * 32 + "}"),
    ],
    ids=["depth", "nesting", "aliases", "directives", "nodes", "repeats"],
)
def test_each_limit_holds_to_the_unit(within: str, beyond: str) -> None:
    """A document at a limit must pass, one unit beyond must be refused for its cost."""
    assert size_of(within).exceeded() is None
    assert size_of(beyond).exceeded()
    assert code_of(beyond) == COST


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ("{children(first:100){children(first:100){name}}}", "{children(first:100){children(first:101){name}}}"),
        ("{a:children(first:1 last:10000){name} b:name}", "{a:children(first:1 last:10001){name} b:name}"),
        (
            "{...F} fragment F on Query{children(first:100){...G}} fragment G on Node{children(first:100){name}}",
            "{...F} fragment F on Query{children(first:101){...G}} fragment G on Node{children(first:100){name}}",
        ),
    ],
    ids=["rows", "last", "rows through fragments"],
)
def test_rows_are_bounded_along_each_path(within: str, beyond: str) -> None:
    """The product of page sizes on the way to a list at the limit must pass, one row more must not."""
    assert code_of(within) is None
    assert code_of(beyond) == COST


@pytest.mark.parametrize(
    ("size", "variables", "code"),
    [
        ("$n", {"n": 10_000}, None),
        ("$n", {"n": 10_001}, COST),
        ("$n", {}, COST),
        ("$n", {"n": None}, None),
        ("$n", {"n": -5}, None),
        ("$n", {"n": True}, None),
        ("$n", {"n": "10001"}, None),
        ("$unknown", {}, BAD),
        ("-10001", {}, BAD),
        ("0", {}, BAD),
        ("9" * 6000, {}, BAD),
        ("1e9", {}, BAD),
        ("[10001]", {}, BAD),
    ],
)
def test_page_sizes_are_read_from_literals_variables_and_defaults(
    size: str, variables: dict[str, object], code: str | None
) -> None:
    """Whole positive numbers must count wherever they come from; the rest, and a variable not used, is not valid."""
    text = "query($n: Int! = 20000){children(first: %s){name}}" % size  # noqa: UP031 -- braces
    assert code_of(text, variables=variables) == code


def test_exactly_one_operation_runs() -> None:
    """A document with several operations must name one; each is bounded, since all of them are validated."""
    text = "query A{name} query B" + nested("child", 14)
    assert code_of(text) == BAD
    assert code_of(text, name="A") is None
    assert code_of(text, name="B") is None
    assert code_of(text, name="C") == BAD
    assert code_of("query A{name} query B" + nested("child", 20), name="A") == COST
    assert code_of("".join(f"query Q{n}{{name}} " for n in range(prepared.MAX_OPERATIONS + 1)), name="Q1") == COST
    assert code_of("fragment F on Query{name}") == BAD
    assert code_of("query A{name} query A{name}", name="A") == BAD


async def test_no_operation_runs_that_was_not_named() -> None:
    """Of several operations none is taken for the one that is meant."""
    text = "query A{name} query B{child{name}}"
    assert await codes(text) == [BAD]
    result = await run(text, "B")
    assert result.data == {"child": {"name": "node"}}


async def test_long_documents_are_refused_while_they_are_read() -> None:
    """Token 1,001 must end the parsing, with the code for cost; an ordinary syntax error has its own."""
    names = [f"n{number}" for number in range(999)]
    assert COST not in await codes("{" + " ".join(names[:998]) + "}")
    assert await codes("{" + " ".join(names) + "}") == [COST]
    assert await codes("{name") == [BAD]


@pytest.mark.parametrize("opening", ["{child", "{...", "{children(first:[[", "{children(first:{a:{a:"])
async def test_deep_texts_do_not_exhaust_the_parser(opening: str) -> None:
    """Texts that would nest the parser hundreds of levels must be refused for their cost."""
    errors = (await run(opening * 200)).errors or []
    assert len(errors) == 1
    error = errors[0]
    assert error.extensions == {"code": COST}
    assert error.message == f"The document nests more than {limits.MAX_BRACKETS} brackets."


async def test_what_may_be_nested_can_be_parsed() -> None:
    """At the limit of open brackets neither parser nor validation may run out of recursion."""
    fragments = "{" + "... {" * 98 + "name" + "}" * 98 + "}"
    assert await codes(fragments) == [COST]
    assert await codes("{children(first:" + "[" * 98 + "]" * 98 + "){name}}") == [BAD]


def test_open_brackets_are_counted_in_time() -> None:
    """A hundred may be open, more may not; brackets that close again do not add up, those in texts do not count."""
    assert not nests_too_deep("{" * 100)
    assert nests_too_deep("{" * 101)
    assert not nests_too_deep("{a}" * 5000)
    assert not nests_too_deep('{a(b:"%s") #%s\n}' % ("{" * 300, "[" * 300))  # noqa: UP031 -- braces
    for hidden in ('"}"', '"\\"}"', '"""}\\"""}"""', "#}\n"):
        assert nests_too_deep(f"{{a(b:{hidden} " * 101)


async def test_subscriptions_are_bounded_too() -> None:
    """A subscription beyond a limit must be refused before its stream starts; one within must run."""
    for text in ("subscription{" + "a:ticks " * 31 + "}", "subscription{" + "a{" * 200):
        beyond = [answer async for answer in ticks(text)]
        assert [[(error.extensions or {})["code"] for error in answer.errors or ()] for answer in beyond] == [[COST]]
    within = [answer.data async for answer in ticks("subscription{ticks}")]
    assert within == [{"ticks": 1}, {"ticks": 2}, {"ticks": 3}]


@pytest.mark.parametrize(
    ("ids", "variables", "rows"),
    [
        ('["a", "b", "c"]', {}, 300),
        ('"a"', {}, 100),
        ("$ids", {"ids": ["a"] * 101}, 10_100),
        ("$ids", {"ids": "a"}, 100),
        ("$ids", {}, 200),
    ],
)
def test_named_ids_are_rows(ids: str, variables: dict[str, object], rows: int) -> None:
    """Whoever names many ids asks for as many rows, in a literal, a variable or its default; each may hold a page."""
    given = 'query($ids: [ID!]! = ["x", "y"])' if "$" in ids else "query"
    text = f"{given} {{ nodes(ids: {ids}) {{ children(first: 100) {{ name }} }} }}"
    if rows > MAX_ROWS:
        assert code_of(text, variables=variables) == COST
    else:
        assert find(text, variables).requested(variables).rows == rows


async def test_what_takes_too_long_is_ended() -> None:
    """A query that does not end is ended after its time, and says what to do."""
    impatient = Operations(schema, timeout_s=0.01)
    operation = impatient.find(Asked("{ slow }", None, {}, None), any_document=True)
    with pytest.raises(SpectrumError, match="too long"):
        await impatient.run(operation, {}, None, "")


async def test_fragments_that_nobody_uses_are_refused_unread() -> None:
    """Validation looks at every fragment: one that no operation leads to, alone or in a circle, gets no so far."""
    many = "name " * 200
    for text in (
        f"{{name}} fragment F on Query{{{many}}}",
        f"{{name}} fragment F on Query{{...G {many}}} fragment G on Query{{...F}}",
    ):
        answer = await run(text)
        assert [error.message for error in answer.errors or ()] == [
            "A fragment of the document is used by none of its operations."
        ]


@pytest.mark.parametrize("text", ['{nodes(ids: ["sad"]){name}}', '{nodes(ids: ["""sad"""]){name}}', "{name} # sad"])
def test_documents_that_may_hold_words_are_not_kept(text: str) -> None:
    """A string or a comment, however short, may be somebody's: it is gone when it was answered."""
    documents = prepared.Documents(schema._schema)
    plain = "query($ids: [ID!]!) {nodes(ids: $ids){name}}"
    assert documents.prepare(plain) is documents.prepare(plain)
    assert documents.prepare(text) is not documents.prepare(text)
    assert "sad" not in "".join(documents._kept)
