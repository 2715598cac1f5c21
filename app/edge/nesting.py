"""How deeply the brackets of a JSON text nest, counted piece by piece before anything parses it.

Accepts texts that are no JSON: it only promises never to count less than a parser would have to descend.
"""

from array import array
from itertools import accumulate

_BRACKETS = b"[]{}"
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_STEPS = bytes.maketrans(_BRACKETS, bytes([1, 255, 1, 255]))  # 255 reads as -1 in a signed array


class JsonNesting:
    """Feed it pieces of a UTF-8 JSON text in order; `deepest` is the deepest nesting outside strings so far.

    All per-byte work is done by C loops over one piece (64 KiB take about 3 ms at worst), so feed small pieces.
    """

    __slots__ = ("_depth", "_escape", "_in_string", "deepest")

    def __init__(self) -> None:
        self.deepest = 0
        self._depth = 0
        self._in_string = False
        self._escape = b""

    def feed(self, piece: bytes) -> None:
        """Count one piece; strings and escapes may reach over its end."""
        text = self._escape + piece
        dangling = (len(text) - len(text.rstrip(b"\\"))) % 2
        self._escape = b"\\" * dangling
        # Pairs first: what is left of a run of backslashes is then at most the one that escapes the next character.
        plain = text[: len(text) - dangling].replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = plain.split(b'"')
        outside = b"".join(parts[self._in_string :: 2])
        self._in_string ^= len(parts) % 2 == 0
        steps = array("b", outside.translate(_STEPS, _NOT_BRACKETS))
        depths = array("q", accumulate(steps, initial=self._depth))
        highest = max(depths)
        self.deepest = max(self.deepest, highest)
        self._depth = depths[-1]
