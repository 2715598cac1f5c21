"""Words that a check looks for, in large or small letters, quickly.

Knows no words of its own, and judges nothing.
"""

import re
from collections.abc import Callable, Iterator

from app.domain.narrative.draft import Draft


class Words:
    """A pattern written in small letters, found in letters of any size.

    It looks through the small letters of a text: that is four times as quick as `re.IGNORECASE`, which cannot rule an
    alternative out by its first letter. Places are those of the text itself wherever it holds plain letters alone; any
    other letter is refused by the check of letters.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def find(self, text: str) -> str | None:
        """The first of them in `text`, as it stands there; None when there is none."""
        found = self._pattern.search(text.casefold())
        return None if found is None else text[found.start() : found.end()]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All of them in `text`, in small letters."""
        return self._pattern.finditer(text.casefold())

    def replaced(self, text: str, say: Callable[[str], str]) -> str:
        """`text` with what `say` makes of each of them, which it is given in small letters."""
        parts, end = list[str](), 0
        for found in self.finditer(text):
            parts += text[end : found.start()], say(found[0])
            end = found.end()
        return "".join((*parts, text[end:]))


def found_in(draft: Draft, words: Words) -> str | None:
    """Where the first text stands that holds one of `words`, and which; None when none does."""
    for place, sentence in enumerate(draft.everything()):
        found = words.find(sentence.text)
        if found is not None:
            return f"text {place}: {found.strip()}"
    return None
