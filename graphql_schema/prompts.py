"""The prompts as the team sees them: their revisions, how well each writes, and which one is active."""

import difflib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Self

import strawberry

from app.domain.access import Role
from app.domain.cost import MILLION, Feature
from app.domain.narrative import SAFETY_CHECKS
from app.domain.rubric import WRITING, Scorer
from app.errors import ErrorCode, Refused
from app.pipeline.activate import activate
from app.pipeline.writing import find_active
from app.storage.words import activations, scores
from app.storage.words.quality import Quality, list_quality
from app.storage.words.scores import ScoredBy
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import decode, encode, encode_cursor
from graphql_schema.job_desk import check_reason, refuse
from graphql_schema.node import After, First, Node, PageInfo, Payload, page_size, user_errors
from graphql_schema.pages import after_number
from graphql_schema.promises import Rate
from graphql_schema.scalars import Sha256
from prompts import Prompt, Revision, UnknownRevision, list_prompts, list_revisions, list_shadows, load_revision

MOST_ACTIVATIONS = 50
_TRUSTED = (Scorer.HUMAN, Scorer.MODEL, Scorer.RULE)


@strawberry.enum(
    description="DRAFT: never active. SHADOW: runs beside the active one; nobody sees it. RETIRED: was active before,"
    " or is older."
)
class RevisionStatus(StrEnum):
    DRAFT = "DRAFT"
    SHADOW = "SHADOW"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


@strawberry.type
class Activation:
    at: datetime = strawberry.field(description="When it was decided.")
    by: str = strawberry.field(description="A pseudonym.")
    from_: str = strawberry.field(name="from", description="The revision that was active before.")
    reason: str = strawberry.field(description="As it was given.")
    effective: bool = strawberry.field(description="False while a forced call waits for a second person's.")


@strawberry.type(description="Over all texts that are kept. A rate under 20 texts is suppressed.")
class RevisionQuality:
    texts: int = strawberry.field(description="Published texts that this revision wrote, and are kept.")
    check_pass_rate: Rate = strawberry.field(description="Texts none of whose drafts failed a check.")
    safety_block_rate: Rate = strawberry.field(description="Texts a draft of which failed a check of safety.")
    rings_true_rate: Rate = strawberry.field(
        description="People of whom a text of it rang true, of all who said anything of one."
    )
    cost_per_text: Decimal | None = strawberry.field(description="US dollars, all calls for it; null without texts.")

    rubric_mean: float | None = strawberry.field(description="Weighted mean, 1 to 5; null under 5 scored texts.")
    rubric_low: float | None = strawberry.field(description="Lower end of a 95 % interval; null with the mean.")
    rubric_high: float | None = strawberry.field(description="Upper end of a 95 % interval; null with the mean.")
    rubric_scorer: Scorer | None = strawberry.field(
        description="Whose mean it is: people's where they scored 5 texts, else a model's, else the rules'."
    )

    @classmethod
    def of(cls, quality: Quality, scored: Mapping[Scorer, ScoredBy]) -> Self:
        by = next((s for s in _TRUSTED if s in scored and scored[s].mean.mean is not None), None)
        mean = scored[by].mean if by else None
        cost = Decimal(quality.cost) / MILLION / quality.texts if quality.texts else None
        return cls(
            texts=quality.texts,
            check_pass_rate=Rate.of(quality.tried - quality.failed, quality.tried),
            safety_block_rate=Rate.of(quality.unsafe, quality.tried),
            rings_true_rate=Rate.of(quality.rings_true, quality.verdicts),
            rubric_mean=mean.mean if mean else None,
            rubric_low=mean.low if mean else None,
            rubric_high=mean.high if mean else None,
            rubric_scorer=by,
            cost_per_text=None if cost is None else cost.quantize(Decimal("0.000001")),
        )


@strawberry.type(
    description="A revision is a file of the repository, immutable once published; what can change while running is"
    " which one is active."
)
class PromptRevision(Node):
    revision: strawberry.Private[Revision]
    id: strawberry.ID
    name: str = strawberry.field(description="As in provenance: weekly-card@2.")
    number: int = strawberry.field(description="1 for the first.")
    body: str = strawberry.field(description="The instructions to a model.")
    variables: list[str] = strawberry.field(description="What the brief holds.")
    output_schema: str = strawberry.field(description="JSON Schema of an answer.")
    parameters: str = strawberry.field(description="Parameters of the call, as JSON.")
    hash: Sha256 = strawberry.field(description="Of the whole file: body, variables, schema, parameters, phrases.")
    author: str = strawberry.field(description="Who wrote it.")
    created_at: datetime = strawberry.field(description="The day it was published on.")
    change_note: str = strawberry.field(description="What is new in it.")

    @classmethod
    def of(cls, revision: Revision) -> Self:
        return cls(
            revision=revision,
            id=encode("PromptRevision", revision.name),
            name=revision.name,
            number=revision.number,
            body=revision.body,
            variables=list(revision.inputs),
            output_schema=revision.output_schema,
            parameters=json.dumps(dict(revision.parameters), sort_keys=True),
            hash=Sha256(revision.hash),
            author=revision.author,
            created_at=datetime.combine(revision.published_on, time(), UTC),
            change_note=revision.change_note,
        )

    @strawberry.field(description="What it does now.")
    async def status(self, info: Info) -> RevisionStatus:
        active = await _active(info.context, self.revision.prompt)
        if active.name == self.name:
            return RevisionStatus.ACTIVE
        was = {each.previous for each in await _decided(info.context, self.revision.prompt) if each.effective}
        if any(trial.revision.name == self.name for trial in list_shadows()):
            return RevisionStatus.SHADOW
        before = self.number < active.number or self.name in was
        return RevisionStatus.RETIRED if before else RevisionStatus.DRAFT

    @strawberry.field(description="The revision before; null for the first.")
    def parent(self) -> "PromptRevision | None":
        parent = _parent(self.revision)
        return None if parent is None else PromptRevision.of(parent)

    @strawberry.field(description="Unified diff of the instructions against the parent; null for the first.")
    def diff(self) -> str | None:
        parent = _parent(self.revision)
        if parent is None:
            return None
        lines = difflib.unified_diff(
            parent.body.splitlines(), self.body.splitlines(), parent.name, self.name, lineterm=""
        )
        return "\n".join(lines)

    @strawberry.field(description="When it was made active, newest first; at most 50.")
    async def activations(self, info: Info) -> list[Activation]:
        return [
            Activation(at=each.at, by=each.actor, from_=each.previous, reason=each.reason, effective=each.effective)
            for each in await _decided(info.context, self.revision.prompt)
            if each.revision == self.name and each.at is not None
        ]

    @strawberry.field(description="How well it writes.")
    async def quality(self, info: Info) -> RevisionQuality:
        return await info.context.together(self.name, _qualities)


def _parent(revision: Revision) -> Revision | None:
    return None if revision.number == 1 else load_revision(revision.prompt, revision.number - 1)


async def _qualities(context: Context, names: Sequence[str]) -> list[RevisionQuality]:
    async with context.ports.store.for_everyone() as tx:
        found = await list_quality(tx, names, safety=SAFETY_CHECKS)
        scored = await scores.list_quality(tx, names, WRITING)
    return [RevisionQuality.of(found[name], scored[name]) for name in names]


async def _active(context: Context, prompt: str) -> Revision:
    return await context.once(("active", prompt), _find_active(context, prompt))


async def _find_active(context: Context, prompt: str) -> Revision:
    async with context.ports.store.for_everyone() as tx:
        return await find_active(tx, prompt)


async def _decided(context: Context, prompt: str) -> list[activations.Activation]:
    return await context.once(("activations", prompt), _list_decided(context, prompt))


async def _list_decided(context: Context, prompt: str) -> list[activations.Activation]:
    async with context.ports.store.for_everyone() as tx:
        return await activations.list_activations(tx, prompt, limit=MOST_ACTIVATIONS)


@strawberry.type
class PromptRevisionEdge:
    cursor: str
    node: PromptRevision


@strawberry.type
class PromptRevisionConnection:
    edges: list[PromptRevisionEdge]
    nodes: list[PromptRevision]
    page_info: PageInfo


@strawberry.type
class PromptTemplate(Node):
    prompt: strawberry.Private[Prompt]
    id: strawberry.ID
    key: str = strawberry.field(description="Its name in provenance, before the @.")
    feature: Feature = strawberry.field(description="What pays for it.")

    @classmethod
    def of(cls, prompt: Prompt) -> Self:
        return cls(
            prompt=prompt, id=encode("PromptTemplate", prompt.key), key=prompt.key, feature=Feature(prompt.feature)
        )

    @strawberry.field(description="The one that writes now.")
    async def active(self, info: Info) -> PromptRevision:
        return PromptRevision.of(await _active(info.context, self.key))

    @strawberry.field(description="Newest first.")
    def revisions(self, first: First, after: After = None) -> PromptRevisionConnection:
        size, before = page_size(first), after_number("revision", after)
        rows = [each for each in reversed(list_revisions(self.key)) if before is None or each.number < before]
        shown = [PromptRevision.of(each) for each in rows[:size]]
        cursors = [encode_cursor("revision", each.number) for each in shown]
        return PromptRevisionConnection(
            edges=[PromptRevisionEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
            nodes=shown,
            page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
        )


def list_templates() -> list[PromptTemplate]:
    """Every prompt of the catalogue."""
    return [PromptTemplate.of(prompt) for prompt in list_prompts()]


def find_revision(id_: str) -> Revision | None:
    """The published revision that a global id names, None when it names none."""
    kind, name = decode(id_)
    prompt, _, number = name.partition("@")
    if kind != "PromptRevision" or not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        return None
    try:
        return load_revision(prompt, int(number))
    except UnknownRevision:
        return None


MOST_DIGITS = 4


@strawberry.input
class ActivatePromptRevisionInput:
    revision_id: strawberry.ID
    expected_active: strawberry.ID | None = strawberry.field(
        default=None, description="Optimistic lock: the revision thought active; null: whichever is."
    )
    reason: str = strawberry.field(description="Kept in the audit log; 1 to 500 characters.")
    force: bool = strawberry.field(default=False, description="Also below its marks, with a second person.")


@strawberry.type
class PromptRevisionPayload(Payload):
    revision: PromptRevision | None = strawberry.field(description="As it stands now; null when refused.")
    awaits_second: bool = strawberry.field(
        default=False, description="It is not active yet: a second admin has to send the same call within a day."
    )


@strawberry.type
class PromptMutation:
    @strawberry.mutation(
        description="Let a revision write from now on. Refused below the rubric's pass mark or with a safety failure;"
        " `force` takes effect when a second admin sends the same call within a day. Also the way back: activate an"
        " older one.",
        **only(Role.ADMIN),
    )
    async def activate_prompt_revision(self, info: Info, input: ActivatePromptRevisionInput) -> PromptRevisionPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            check_reason(input.reason)
            revision, expected = find_revision(input.revision_id), None
            if revision is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such revision.", "revisionId")
            if input.expected_active is not None:
                thought = find_revision(input.expected_active)
                expected = thought.name if thought else ""
            effective = await activate(
                context.ports,
                revision,
                actor=context.actor(),
                reason=input.reason,
                expected=expected,
                force=input.force,
            )
        except Refused as refused:
            return PromptRevisionPayload(user_errors=user_errors(refused), revision=None)
        context.forget_reads()
        shown = PromptRevision.of(revision)
        return PromptRevisionPayload(user_errors=[], revision=shown, awaits_second=not effective)
