"""Analyses JSON lines, one text a line, for the `spectrum analyse` command.

Opens no file and never repeats what it was given: a bad line is answered with its number and the reason.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from app.analyser.taxonomy import EMOTION_NAMES, EMOTION_ORDER, PATTERN_NAMES, PATTERN_ORDER

if TYPE_CHECKING:
    from app.analyser.engine import Analyser
    from app.analyser.readings import Prediction

PLACES = 4
"""Decimals of the numbers given out."""


def analyse_lines(lines: Iterable[str], analyser: "Analyser") -> Iterator[str]:
    """For each line `{"id": ..., "text": "..."}` one line of JSON, in order; blank lines are passed over.

    A line that cannot be read gives `{"line": number from 1, "error": sentence}`.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            identity, text = _parse(line)
        except ValueError as problem:
            yield json.dumps({"line": number, "error": str(problem)})
            continue
        (prediction,) = analyser.analyse([text])
        yield json.dumps({"id": identity, **_as_json(prediction), "analyserVersion": analyser.version})


def _parse(line: str) -> tuple[str | int, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("This line is not JSON.") from None
    match row:
        case {"id": bool(), "text": _}:
            problem = "`id` must be a string or a whole number."
        case {"id": str() | int() as identity, "text": str() as text}:
            return identity, text
        case {"id": str() | int(), "text": _}:
            problem = "`text` must be a string."
        case {"id": _, "text": _}:
            problem = "`id` must be a string or a whole number."
        case _:
            problem = "A line must be an object with `id` and `text`."
    raise ValueError(problem)


def _as_json(prediction: "Prediction") -> dict[str, object]:
    return {
        "emotions": dict(zip(EMOTION_ORDER, (round(value, PLACES) for value in prediction.emotions), strict=True)),
        "emotionsPresent": [name for key, name in EMOTION_NAMES.items() if key in prediction.emotions_present],
        "valence": round(prediction.valence, PLACES),
        "arousal": round(prediction.arousal, PLACES),
        "patterns": dict(zip(PATTERN_ORDER, (round(value, PLACES) for value in prediction.patterns), strict=True)),
        "patternsPresent": [name for key, name in PATTERN_NAMES.items() if key in prediction.patterns_present],
        "care": prediction.care.value.lower(),
        "confidence": round(prediction.confidence, PLACES),
    }
