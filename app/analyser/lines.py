"""Analyses JSON lines, one text a line, for the `spectrum analyse` command.

Opens no file and never repeats what it was given: a bad line is answered with its number and the reason.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from app.analyser.impact import Movement, impact
from app.analyser.taxonomy import EMOTION_NAMES, EMOTION_ORDER, LABELS_28, PATTERN_NAMES, PATTERN_ORDER
from app.domain.affect import CareLevel

if TYPE_CHECKING:
    from app.analyser.engine import Analyser
    from app.analyser.readings import Prediction

PLACES = 4
"""Decimals of the numbers given out."""


def analyse_lines(lines: Iterable[str], analyser: "Analyser") -> Iterator[str]:
    """For each line `{"id": ..., "text": "..."}` one line of JSON, in order; blank lines are passed over.

    `{"id": ..., "before": "...", "after": "..."}` asks for the movement from one text to the other. A line that cannot
    be read gives `{"line": number from 1, "error": sentence}`.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            identity, texts = _parse(line)
        except ValueError as problem:
            yield json.dumps({"line": number, "error": str(problem)})
            continue
        read = analyser.analyse(texts)
        answer = _as_json(read[0]) if len(read) == 1 else _movement(*zip(texts, read, strict=True))
        yield json.dumps({"id": identity, **answer, "analyserVersion": analyser.version})


def _parse(line: str) -> tuple[str | int, list[str]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("This line is not JSON.") from None
    match row:
        case {"id": bool()}:
            problem = "`id` must be a string or a whole number."
        case {"id": str() | int() as identity, "text": str() as text}:
            return identity, [text]
        case {"id": str() | int() as identity, "before": str() as before, "after": str() as after}:
            return identity, [before, after]
        case {"id": str() | int(), "text": _}:
            problem = "`text` must be a string."
        case {"id": str() | int(), "before": _, "after": _}:
            problem = "`before` and `after` must be strings."
        case {"id": _, "text": _} | {"id": _, "before": _, "after": _}:
            problem = "`id` must be a string or a whole number."
        case _:
            problem = "A line must be an object with `id` and `text`, or with `id`, `before` and `after`."
    raise ValueError(problem)


def _movement(before: "tuple[str, Prediction]", after: "tuple[str, Prediction]") -> dict[str, object]:
    moved = impact(before, after)
    return {
        "shift": None if moved is None else round(moved.shift, PLACES),
        "standardError": None if moved is None else round(moved.standard_error, PLACES),
        "impact": None if moved is None else round(moved.impact, PLACES),
        "movement": Movement.UNCLEAR.value.lower() if moved is None else moved.movement.value.lower(),
        "care": max((before[1].care, after[1].care), key=tuple(CareLevel).index).value.lower(),
        "confidence": round(min(before[1].confidence, after[1].confidence), PLACES),
    }


def _as_json(prediction: "Prediction") -> dict[str, object]:
    return {
        "emotions": dict(zip(EMOTION_ORDER, (round(value, PLACES) for value in prediction.emotions), strict=True)),
        "emotions28": dict(zip(LABELS_28, (round(value, PLACES) for value in prediction.labels), strict=True)),
        "emotions_on": [name for key, name in EMOTION_NAMES.items() if key in prediction.emotions_present],
        "valence": round(prediction.valence, PLACES),
        "arousal": round(prediction.arousal, PLACES),
        "patterns": dict(zip(PATTERN_ORDER, (round(value, PLACES) for value in prediction.patterns), strict=True)),
        "patterns_on": [name for key, name in PATTERN_NAMES.items() if key in prediction.patterns_present],
        "care": prediction.care.value.lower(),
        "confidence": round(prediction.confidence, PLACES),
        "english": prediction.english,
    }
