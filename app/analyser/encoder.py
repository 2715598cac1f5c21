"""The default engine's model: a small transformer, int8, run by onnxruntime one text at a time on one thread.

Knows no sentences, sessions or languages; how the files came about is `benchmarks/analyser/encoder`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from app.analyser.heads import HEADS, VALENCE
from app.analyser.version import ENCODER_NETWORK, ENCODER_VOCABULARY, version_of
from app.analyser.wordpieces import Wordpieces

LONGEST = 256
"""Pieces of one text that are read: about a page; only runs of emoji, digits or rare words fill it within a part."""

_ERRORS_ONLY = 3


class Encoder:
    """The network with its vocabulary. One text at a time: the int8 steps follow all that is run together."""

    def __init__(self, folder: Path) -> None:
        """Load from `folder`. OSError when a file is missing, ValueError when one is not what it should be."""
        network = folder / ENCODER_NETWORK
        self.version = version_of((network, folder / ENCODER_VOCABULARY))
        self._pieces = Wordpieces(folder / ENCODER_VOCABULARY)
        self._session = _session(network.read_bytes())
        facts = _facts(self._session)
        if facts.get("heads") != [*HEADS]:
            raise ValueError("the weights belong to another version of the analyser: train again")
        self.thresholds: list[float] = facts["thresholds"]
        self.certainty: list[float] = facts["certainty"]
        self.nameable: list[str] = facts["nameable"]
        self._strange = frozenset(facts["strange"])

    def knows(self, word: str) -> bool:
        """Whether a word is one piece that the network learned with, or several between apostrophes."""
        return all(self._is_familiar(part) for part in word.split("'") if part)

    def _is_familiar(self, part: str) -> bool:
        places = self._pieces.parts(part)
        return part.isascii() and len(places) == 1 and self._strange.isdisjoint(places)

    def answers(self, text: str) -> list[float]:
        """One number per head of `HEADS`: probabilities 0..1, then valence and arousal within -1..1."""
        sums = self.sums(text)
        answers = 1.0 / (1.0 + np.exp(-sums.clip(-30.0, 30.0)))
        answers[VALENCE:] = np.tanh(sums[VALENCE:])
        numbers: list[float] = answers.tolist()
        return numbers

    def sums(self, text: str) -> NDArray[np.float64]:
        """What the last layer gives, (heads,): log-odds, and valence and arousal before tanh brings them into -1..1."""
        places = self._pieces.places(text)
        if len(places) > LONGEST:
            places = [*places[: LONGEST - 1], places[-1]]
        found = self._session.run(None, {"ids": np.array([places], dtype=np.int64)})[0][0]
        return np.asarray(found, dtype=np.float64)


def _session(network: bytes) -> Any:
    onnxruntime.set_default_logger_severity(_ERRORS_ONLY)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError("this is not a network of the encoder") from error


def _facts(session: Any) -> dict[str, Any]:
    """What training wrote beside the weights: the heads in order, thresholds, and the coefficients of confidence."""
    try:
        facts: dict[str, Any] = json.loads(session.get_modelmeta().custom_metadata_map["spectrum"])
    except (KeyError, ValueError) as error:
        raise ValueError("this is not a network of the encoder") from error
    return facts
