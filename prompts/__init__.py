"""The words of the writer, in versions: instructions for a model, and the phrases of the local composer.

Reads its own files and nothing else; which revision is active, and what is sent to whom, is decided elsewhere.
"""

from prompts.catalog import Limits, Prompt, list_prompts
from prompts.revisions import (
    ChangedRevision,
    Revision,
    Shadow,
    UnknownRevision,
    first_revision,
    list_revisions,
    list_shadows,
    load_revision,
    read_draft,
)

__all__ = [
    "ChangedRevision",
    "Limits",
    "Prompt",
    "Revision",
    "Shadow",
    "UnknownRevision",
    "first_revision",
    "list_prompts",
    "list_revisions",
    "list_shadows",
    "load_revision",
    "read_draft",
]
