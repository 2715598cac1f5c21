"""The closed vocabularies of the domain as GraphQL enums: one list of names, never two."""

import strawberry

from app.domain.access import Role
from app.domain.affect import (
    CareLevel,
    Emotion,
    Source,
    Speaker,
    ThinkingPattern,
    TimeOfDay,
    TurnKind,
    Weekday,
)
from app.domain.cost import BudgetPeriod, BudgetState, Engine, Feature
from app.domain.engagement import EventName
from app.domain.envelopes import EnvelopeState, EnvelopeUnit
from app.domain.estimates.estimate import ConfidenceLevel, Direction, SuppressionReason
from app.domain.experiments import ArmRole, Readiness, RetentionDesign, RetentionUnit
from app.domain.feedback import FeedbackVerdict
from app.domain.findings import InsightKind, SuggestedAction
from app.domain.measures import Metric
from app.domain.narrative import SectionKind
from app.domain.news import RevisionReason
from app.domain.notifications import LockScreenDetail, Platform, PushTransport
from app.domain.periods import Preset
from app.domain.pictures.distribution import DistributionDimension
from app.domain.pictures.landscape import Granularity
from app.domain.pictures.turn_impact import TurnGrouping
from app.domain.rubric import Scorer
from app.domain.safety import SafetyAction
from app.domain.sessions import SessionStatus
from app.domain.webhooks import WebhookEvent
from app.errors import ErrorCode
from app.jobs import FailureClass, JobKind, JobStatus
from app.storage.forgetting.operations import OperationStatus, ResetScope
from app.storage.words.writings import WritingStatus

for name, enum, description in (
    ("Role", Role, "What a caller may be."),
    ("Source", Source, "Where a session came from."),
    ("Speaker", Speaker, "Who said a turn. Only the person's own turns are analysed."),
    ("TurnKind", TurnKind, "What a turn does inside its session."),
    (
        "Emotion",
        Emotion,
        "Feelings Spectrum estimates: the groups for which there are labelled data to measure against.",
    ),
    ("ThinkingPattern", ThinkingPattern, "Habits of thought. Descriptive, not diagnostic; never called errors."),
    (
        "CareLevel",
        CareLevel,
        "Language of self-harm, as the analyser saw it. Not a risk score. Kept no longer than the session's text.",
    ),
    ("EnvelopeUnit", EnvelopeUnit, "What a limit counts; a SHARE is from 0 to 1."),
    (
        "EnvelopeState",
        EnvelopeState,
        "How the present value stands to its limit. UNKNOWN: this program cannot know it, and says why.",
    ),
    ("Weekday", Weekday, "A day of the week, Monday first."),
    ("Platform", Platform, "What the app runs on."),
    ("PushTransport", PushTransport, "How a device is reached; others are served by the app itself, from the webhook."),
    (
        "LockScreenDetail",
        LockScreenDetail,
        "What a lock screen may show. DISCREET: that there is something new to read; NAMED: that the week is ready.",
    ),
    (
        "EventName",
        EventName,
        "What happened; a closed list. Upgrades are recorded by the billing service, not by phones.",
    ),
    ("TimeOfDay", TimeOfDay, "Part of the day by local start time: 05-11, 11-17, 17-22, 22-05."),
    ("Granularity", Granularity, "What one point of a landscape stands for."),
    ("DistributionDimension", DistributionDimension, "What sessions are divided by."),
    ("Direction", Direction, "How a number behaves against its comparison, after its uncertainty."),
    (
        "ConfidenceLevel",
        ConfidenceLevel,
        "How sure the words may be: from sample size and interval width, never from a model's own opinion.",
    ),
    ("SuppressionReason", SuppressionReason, "Why a number is withheld."),
    ("Preset", Preset, "A range named by its distance from today; today is included."),
    ("TurnGrouping", TurnGrouping, "What turns are grouped by."),
    ("InsightKind", InsightKind, "What a card is about."),
    ("SuggestedAction", SuggestedAction, "The one small step a card ends in."),
    ("Metric", Metric, "What a number is about."),
    ("SectionKind", SectionKind, "The sections of a month."),
    ("SessionAnalysisStatus", SessionStatus, "SKIPPED: its text was gone before it could be analysed."),
    ("Engine", Engine, "What wrote a text."),
    ("FeedbackVerdict", FeedbackVerdict, "How a text met its reader."),
    ("Scorer", Scorer, "Rules, models and people are never averaged with each other."),
    ("Feature", Feature, "What pays for a call of a model."),
    ("BudgetPeriod", BudgetPeriod, "How long a budget lasts: a day or a month of UTC."),
    (
        "BudgetState",
        BudgetState,
        "WARNING: nearly gone. DEGRADED: a cheaper model writes. EXHAUSTED: the local composer writes.",
    ),
    (
        "SafetyAction",
        SafetyAction,
        "ALLOWED: shown as it was. REWRITTEN: mended by the model. TEMPLATE_USED: composed instead. WITHHELD: not"
        " shown.",
    ),
    (
        "InsightStatus",
        WritingStatus,
        "STALE: its numbers changed and it is being rewritten; WITHDRAWN: taken back.",
    ),
    (
        "RevisionReason",
        RevisionReason,
        "Why data moved on. SESSION_ANALYSED: also said, without a node, where changes were missed and it is not known"
        " what they were. WRITING_PUBLISHED: words are new, were rewritten or taken back. RESET: something was erased.",
    ),
    ("OperationStatus", OperationStatus, "Where an operation is."),
    (
        "ResetScope",
        ResetScope,
        "DERIVED: all that Spectrum derived; sessions whose text is still kept are analysed again. FORGET_HISTORY:"
        " derived data and text of all sessions so far; sent again, they are accepted as duplicates and their text is"
        " dropped. EVERYTHING: all that Spectrum holds.",
    ),
    ("UserErrorCode", ErrorCode, "What kind of correction is needed."),
    ("JobKind", JobKind, "The work there is."),
    ("JobStatus", JobStatus, "Where a job is."),
    (
        "WebhookEvent",
        WebhookEvent,
        "What other systems are told. A summary's data are `viewer` (Viewer.id) and `period`; a reset's `operation`; a"
        " budget's `budget`; a missed promise's `period`.",
    ),
    ("ArmRole", ArmRole, "HOLDOUT: in no other experiment, and offered nothing."),
    (
        "Readiness",
        Readiness,
        "May be read for a decision? PENDING: being computed, ask again. TOO_EARLY: the planned sample is not reached:"
        " look, don't decide. SAMPLE_RATIO_MISMATCH: arms are not split as designed: do not read.",
    ),
    (
        "RetentionDesign",
        RetentionDesign,
        "RANDOMISED_HOLDOUT: the answer may be read as effect. OBSERVATIONAL: users against non-users, who chose: a"
        " description.",
    ),
    ("RetentionUnit", RetentionUnit, "What people come back in."),
    ("FailureClass", FailureClass, "Why an attempt failed, as a class; the message is redacted."),
):
    strawberry.enum(enum, name=name, description=description)
