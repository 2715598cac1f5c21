"""Sentences that remember how they were made, so that they can be said in another language.

Translates nothing: the English words are the key, as in GNU gettext, and whoever shows them looks them up.
"""


class Sentence(str):
    """English words with their values filled in; a string like any other to whoever only reads it.

    `template` has a `{name}` for each of `values`. Values that are sentences themselves are said in the other language
    too, all others stay as they are.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> "Sentence":
        """The sentence that `template` makes with `values`. KeyError when one is missing."""
        made = super().__new__(cls, template.format(**values))
        made.template = template
        made.values = values
        return made
