"""Four invented people and five months of their sessions, for `spectrum sample` and `make up`.

Stores and sends nothing: it yields what an app would have sent, and whoever asks ingests it.
"""

from app.samples.people import SAMPLE_PEOPLE, SamplePerson
from app.samples.story import sample_sessions

__all__ = ["SAMPLE_PEOPLE", "SamplePerson", "sample_sessions"]
