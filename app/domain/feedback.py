"""What a person may say of a card: four answers, and no words of their own."""

from enum import StrEnum


class FeedbackVerdict(StrEnum):
    """How a text met its reader."""

    RINGS_TRUE = "RINGS_TRUE"
    NOT_QUITE = "NOT_QUITE"
    NOT_HELPFUL = "NOT_HELPFUL"
    UPSETTING = "UPSETTING"
