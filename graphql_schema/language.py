"""The language a request is answered in: our own fixed words, looked up by their English, as GNU gettext does.

English is the only real one. What was written for a person is in that person's own language and is not touched.
"""

from collections.abc import Callable, Mapping
from functools import partial
from gettext import NullTranslations
from typing import Any

from graphql import GraphQLField, GraphQLSchema, is_object_type

from app.domain.wording import Sentence

IN_THEIR_LANGUAGE: Mapping[Any, Any] = {"in_the_requests_language": True}
"""Metadata of a field that holds fixed words of ours; its resolver is no coroutine."""
LONGEST_HEADER = 200
"""Characters of an Accept-Language that are looked at."""

_ACCENTED = str.maketrans("aceghiklnoprstuwyzACEGHIKLNOPRSTUWYZ", "áçéğĥíķłñóƥřšţúŵýžÁÇÉĞĤÍĶŁÑÓƤŘŠŢÚŴÝŽ")


class Pseudo(NullTranslations):
    """English with accents, in brackets and a third longer: what passes by unlooked-up, or has no room, is seen."""

    def gettext(self, message: str) -> str:
        """`message`, told apart from its English; places for values stay as they are."""
        parts = message.split("{")
        accented = [parts[0].translate(_ACCENTED)]
        for part in parts[1:]:
            name, closing, rest = part.partition("}")
            accented.append("{" + name + closing + rest.translate(_ACCENTED))
        return f"[{''.join(accented)}{'~' * max(1, len(message) // 3)}]"


ENGLISH = NullTranslations()
LANGUAGES: Mapping[str, NullTranslations] = {"en": ENGLISH, "en-xa": Pseudo()}
"""By their tags, in lower case; the first is what everybody else is answered in."""


def language_of(accepted: str | None) -> NullTranslations:
    """The language of ours that an Accept-Language (RFC 9110, 12.5.4) likes best; English when it likes none."""
    wanted = []
    for place, part in enumerate((accepted or "")[:LONGEST_HEADER].split(",")):
        tag, _, weight = part.partition(";")
        quality = _quality(weight)
        if quality > 0 and tag.strip().lower() in LANGUAGES:
            wanted.append((-quality, place, tag.strip().lower()))
    return LANGUAGES[min(wanted)[2]] if wanted else ENGLISH


def tag_of(language: NullTranslations) -> str:
    """The tag of a language of ours."""
    return next(tag for tag, each in LANGUAGES.items() if each is language)


def _quality(weight: str) -> float:
    """A weight from 0 to 1; 1 where none is given, 0 when it is none."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    whole, _, decimals = value.partition(".")
    is_weight = (
        name.strip() == "q" and whole in ("0", "1") and (not decimals or (decimals.isdecimal() and len(decimals) < 4))
    )
    return min(1.0, float(value)) if is_weight else 0.0


def say(language: NullTranslations, text: str) -> str:
    """`text` in `language`: found by its whole English, or by what it was made of."""
    if not isinstance(text, Sentence):
        return language.gettext(text) if text else text  # an empty message is a catalogue's own header
    values = {name: say(language, each) if isinstance(each, Sentence) else each for name, each in text.values.items()}
    return language.gettext(text.template).format(**values)


def say_or_null(language: NullTranslations, text: str | None) -> str | None:
    """The same of what may be missing."""
    return None if text is None else say(language, text)


def is_spoken(field: GraphQLField) -> bool:
    """Whether a field is marked as fixed words of ours."""
    definition = field.extensions.get("strawberry-definition")
    return definition is not None and bool(definition.metadata.get("in_the_requests_language"))


def speak(schema: GraphQLSchema) -> None:
    """Let every field that is marked be answered in the language of its request; English costs a look at it."""
    for type_ in schema.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            for field in type_.fields.values():
                if is_spoken(field):
                    assert field.resolve is not None, "Strawberry's fields have one"
                    field.resolve = partial(_spoken, field.resolve)


def _spoken(resolve: Callable[..., str | None], source: Any, info: Any, **arguments: Any) -> str | None:
    return say_or_null(info.context.language, resolve(source, info, **arguments))
