"""The rows that are handled one at a time, as Tortoise models; rows never leave storage.

What is read and written in sets has no model: its SQL stands beside the code that runs it.
"""

from tortoise import fields
from tortoise.models import Model


class ExclusionRow(Model):
    """Something a person left out; `removed_at` is set when they put it back."""

    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField()
    session_id = fields.UUIDField(null=True)
    first_day = fields.DateField(null=True)
    last_day = fields.DateField(null=True)
    source = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    removed_at = fields.DatetimeField(null=True)
    effective_at = fields.DatetimeField(null=True)
    kept_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "exclusion"


class OperationRow(Model):
    """A reset and, once it succeeded, its receipt."""

    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField()
    scope = fields.TextField()
    status = fields.TextField()
    idempotency_key = fields.UUIDField()
    requested_at = fields.DatetimeField(auto_now_add=True)
    cancellable_until = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    failure = fields.TextField(null=True)
    receipt = fields.JSONField[dict[str, object]](null=True)

    class Meta:
        table = "operation"
