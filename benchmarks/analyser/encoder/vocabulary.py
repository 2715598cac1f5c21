"""Cuts the vocabulary of the base model to what English journals use, and writes it as a tokenizer of its own.

Learns nothing: the pieces keep their meaning and get new places.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer

from app.analyser.wordpieces import plain
from benchmarks.analyser.encoder.network import BASE

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
RAREST = 2
"""Times that a piece must occur in what is learned from."""
COMMON = 10_000
"""Whole words among the first so many of the base vocabulary stay, used or not: it is ordered by frequency."""


def cut(texts: Iterable[str], path: Path) -> list[int]:
    """Write the tokenizer to `path` and give the old places of the kept pieces, in their new order."""
    whole = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    whole.no_truncation()
    whole.no_padding()
    used: Counter[int] = Counter()
    for encoding in whole.encode_batch([plain(text) for text in texts]):
        used.update(encoding.ids)
    vocabulary = whole.get_vocab()
    kept = sorted((place for piece, place in vocabulary.items() if _stays(piece, place, used)))
    marks = [vocabulary[mark] for mark in MARKS]
    order = marks + [place for place in kept if place not in marks]
    names = {place: piece for piece, place in vocabulary.items()}
    settings = json.loads(whole.to_str())
    settings["model"]["vocab"] = {names[place]: new for new, place in enumerate(order)}
    for added in settings["added_tokens"]:
        added["id"] = MARKS.index(added["content"])
    for name, mark in settings["post_processor"].get("special_tokens", {}).items():
        mark["ids"] = [MARKS.index(name)]
    settings["truncation"] = settings["padding"] = None
    path.write_text(json.dumps(settings, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return order


def _stays(piece: str, place: int, used: Counter[int]) -> bool:
    bare = piece.removeprefix("##")
    if piece in MARKS or used[place] >= RAREST:
        return True
    return bare.isascii() and (len(bare) == 1 or (piece.isalpha() and place < COMMON))
