"""The base model in torch, fp32, one thread, one text at a time: what the packed encoder is measured against."""

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer

from app.analyser.wordpieces import plain
from benchmarks.analyser.encoder.network import BASE, LONGEST, base

LAYERS = (0, 1, 2, 3, 4, 5)


class Reference:
    """All six layers and the whole vocabulary, with a last layer that was never trained: it is timed, not believed."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        self._tokenizer = Tokenizer.from_file(str(BASE / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._network = base(list(range(self._tokenizer.get_vocab_size())), 52, layers=LAYERS).eval()

    def read(self, texts: Sequence[str]) -> list[list[float]]:
        """One row of sums per text."""
        with torch.inference_mode():
            return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        ids = torch.tensor([self._tokenizer.encode(plain(text)).ids])
        answers: list[float] = self._network(ids, torch.ones_like(ids))[0].tolist()
        return answers
