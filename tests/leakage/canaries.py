"""Words that exist nowhere else, the forms in which they are written, and the search for them in every form there is.

A canary is one head, a middle of its own and one tail. Each of the three is searched for, so that a part is found too.
"""

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote

HEAD, TAIL = "quabbelzimt", "drixumfelbo"
"""Long enough that eight letters of base64 are left of them wherever they stand in a group of three."""
_LETTERS = "kqvwxzj"
"""No word of any language, and no hexadecimal, has eight of these in a row."""
_MIDDLE = 8


def canary(number: int) -> str:
    """The canary of this number (0 and up)."""
    return HEAD + middle(number) + TAIL


def middle(number: int) -> str:
    """What no other canary has, eight letters."""
    letters = []
    for _ in range(_MIDDLE):
        number, digit = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[digit])
    return "".join(reversed(letters))


def _rot13(word: str) -> str:
    return codecs.encode(word, "rot13")


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "mixed case": lambda word: "".join(c.upper() if place % 2 else c for place, c in enumerate(word)),
    "spaced": " ".join,
    "zero width": "\u200b".join,
    "punctuated": lambda word: "".join(c + ".-_*"[place % 4] for place, c in enumerate(word)),
    "base64": lambda word: base64.b64encode(word.encode()).decode(),
    "base64 after one byte": lambda word: base64.b64encode(b"x" + word.encode()).decode(),
    "base64 after two bytes": lambda word: base64.urlsafe_b64encode(b"xx" + word.encode()).decode(),
    "hexadecimal": lambda word: word.encode().hex(),
    "UTF-16 in hexadecimal": lambda word: word.encode("utf-16-le").hex(),
    "percent": lambda word: "".join(f"%{ord(c):02X}" for c in word),
    "HTML": lambda word: "".join(f"&#{ord(c)};" for c in word),
    "JSON": lambda word: "".join(f"\\u{ord(c):04x}" for c in word),
    "reversed": lambda word: word[::-1],
    "rot13": _rot13,
    "accents apart": lambda word: re.sub("([aeiu])", "\\1\u0301", word),
    "full width": lambda word: "".join(chr(ord(c) + 0xFEE0) for c in word),
}
"""How a person may write a word, and how a program may turn it: what is planted, and what is found."""


def _base64_inside(plain: bytes) -> Iterator[bytes]:
    """The letters of base64 that depend on these bytes alone, for each place in a group of three."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        whole = encoded[4 if before else 0 : (before + len(plain)) // 3 * 4]
        yield from (whole, whole.translate(bytes.maketrans(b"+/", b"-_")))


def patterns(word: str) -> frozenset[bytes]:
    """The bytes by which `word` is found in raw files: letters, UTF-16, hexadecimal, base64, escapes, turned round."""
    found: set[bytes] = set()
    for each in (word, word.upper(), word.capitalize(), word[::-1], _rot13(word)):
        plain = each.encode()
        wide = (each.encode("utf-16-le"), each.encode("utf-16-be"))
        found |= {plain, *wide, plain.hex().encode(), plain.hex().upper().encode(), wide[0].hex().encode()}
        found |= set(_base64_inside(plain))
    found |= {FORMS[name](word).encode() for name in ("spaced", "zero width", "percent", "HTML", "JSON", "full width")}
    return frozenset(found)


_PATTERNS = patterns(HEAD) | patterns(TAIL)
_PLAIN = tuple(turn(word) for word in (HEAD, TAIL) for turn in (str, lambda w: w[::-1], _rot13))
_BASE64, _HEX = re.compile("[A-Za-z0-9+/_-]{12,}"), re.compile("(?:[0-9a-fA-F]{2}){8,}")
_UNICODE = re.compile(r"\\{1,4}(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_UNDO: tuple[Callable[[str], str], ...] = (
    html.unescape,
    lambda text: unquote(text, errors="ignore"),
    lambda text: _UNICODE.sub(lambda match: chr(int(match[1] or match[2], 16)), text),
)
_DEPTH = 2
"""How many escapes may lie on each other."""


def _views(content: bytes) -> Iterator[str]:
    """The content as text, and with the usual escapes and encodings undone."""
    texts = {content.decode(errors="ignore"), content.replace(b"\0", b"").decode(errors="ignore")}
    for _ in range(_DEPTH):
        texts |= {undo(text) for undo in _UNDO for text in texts}
    yield from texts
    for run in {run for text in texts for run in _BASE64.findall(text)}:
        for start in range(4):
            cut = run[start : start + (len(run) - start) // 4 * 4].replace("-", "+").replace("_", "/")
            yield base64.b64decode(cut).replace(b"\0", b"").decode(errors="ignore")
    for run in {run for text in texts for run in _HEX.findall(text)}:
        yield bytes.fromhex(run).replace(b"\0", b"").decode(errors="ignore")


def _squeezed(text: str) -> str:
    """Letters alone, small, without accents: what stands between them is gone."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return re.sub("[^a-z]", "", plain.lower())


def in_raw(content: bytes) -> set[bytes]:
    """Which patterns of any canary stand in `content`; quick enough for a disk's files."""
    return {pattern for pattern in _PATTERNS if pattern in content}


def found_in(content: bytes, middles: Iterable[str] = ()) -> set[str]:
    """Every trace of a canary in `content`, in whatever form; of `middles` (of given canaries) too."""
    found = {pattern.decode(errors="replace") for pattern in in_raw(content)}
    own = frozenset(middles)
    for view in _views(content):
        letters = _squeezed(view)
        found |= {word for word in _PLAIN if word in letters}
        if own:
            found |= own & {letters[place : place + _MIDDLE] for place in range(len(letters) - _MIDDLE + 1)}
    return found
