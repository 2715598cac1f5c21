/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Document } from "./document";
export type CancelResetInput = {
  readonly operationId: string;
};

/** How sure the words may be: from sample size and interval width, never from a model's own opinion. */
export type ConfidenceLevel =
  | 'HIGH'
  | 'LOW'
  | 'MEDIUM';

/** At least one field beside the session. Absent: as it is; null: the estimate again. */
export type CorrectSessionInput = {
  /** -1..1. */
  readonly arousal?: number | null | undefined;
  /** All the feelings there were, 1 to 5. */
  readonly emotions?: ReadonlyArray<Emotion> | null | undefined;
  /** All the patterns there were, possibly none. */
  readonly patterns?: ReadonlyArray<ThinkingPattern> | null | undefined;
  readonly sessionId: string;
  /** -1..1. */
  readonly valence?: number | null | undefined;
};

export type DateRangeInput = {
  readonly from: string;
  /** Inclusive. At most 366 days after `from`. */
  readonly to: string;
};

/** How a number behaves against its comparison, after its uncertainty. */
export type Direction =
  | 'HIGHER'
  | 'LOWER'
  | 'SIMILAR'
  | 'UNCLEAR';

/** What sessions are divided by. */
export type DistributionDimension =
  | 'EMOTION'
  | 'PATTERN'
  | 'SOURCE'
  | 'TIME_OF_DAY'
  | 'WEEKDAY';

/** Feelings Spectrum estimates: the groups for which there are labelled data to measure against. */
export type Emotion =
  | 'ANGER'
  | 'FEAR'
  | 'HOPE'
  | 'JOY'
  | 'NEUTRAL'
  | 'SADNESS'
  | 'SHAME'
  | 'SURPRISE'
  | 'WARMTH';

/** What wrote a text. */
export type Engine =
  | 'LARGE_MODEL'
  | 'SMALL_MODEL'
  | 'TEMPLATE';

/** Closed set of properties: nothing here can carry what a person wrote. */
export type EventInput = {
  /** SCREEN_LOADED only, and needed there: navigation to first useful paint, 0..600,000. */
  readonly durationMs?: number | null | undefined;
  /** Whether the app showed what it had kept. */
  readonly fromCache?: boolean | null | undefined;
  /** Made by the app for this event: sending it again counts once. */
  readonly id: string;
  /** TEASER_SHOWN, TEASER_TAPPED and PAYWALL_SHOWN only: from the teaser shown. */
  readonly impressionToken?: string | null | undefined;
  readonly name: EventName;
  /** At most 7 days ago. A clock may be a day fast: what it puts in the future is kept as now. */
  readonly occurredAt: string;
  /** SCREEN_LOADED only, and needed there: which screen, by its viewing event. */
  readonly screen?: EventName | null | undefined;
  /** The viewer's card, or summary of a week or month, that the event is about. */
  readonly subjectId?: string | null | undefined;
};

/** What happened; a closed list. Upgrades are recorded by the billing service, not by phones. */
export type EventName =
  | 'DISTRIBUTION_VIEWED'
  | 'EVIDENCE_OPENED'
  | 'EXCLUSION_PREVIEWED'
  | 'FEED_VIEWED'
  | 'INSIGHT_OPENED'
  | 'LANDSCAPE_VIEWED'
  | 'MONTHLY_OPENED'
  | 'PAYWALL_SHOWN'
  | 'PUSH_OPENED'
  | 'PUSH_RECEIVED'
  | 'SCREEN_LOADED'
  | 'SETTINGS_OPENED'
  | 'SPECTRUM_OPENED'
  | 'TEASER_SHOWN'
  | 'TEASER_TAPPED';

/** MATCHES: folding again shows the numbers of the sentence. CHANGED: the numbers have changed since; the words are being rewritten. */
export type EvidenceCheck =
  | 'CHANGED'
  | 'MATCHES';

export type ExcludeInput = {
  readonly idempotencyKey: string;
  /** Of `exclusionPreview`: do exactly what it showed, what it puts back included. */
  readonly previewToken?: string | null | undefined;
  /** 1 to 50. Either these, or the token of a preview. */
  readonly targets?: ReadonlyArray<ExclusionTargetInput> | null | undefined;
};

export type ExclusionPreviewInput = {
  /** At most 50. */
  readonly add?: ReadonlyArray<ExclusionTargetInput>;
  readonly range: RangeInput;
  /** At most 50. */
  readonly removeExclusionIds?: ReadonlyArray<string>;
};

export type ExclusionStatus =
  | 'ACTIVE'
  | 'APPLYING'
  | 'REMOVED'
  | 'REMOVING';

export type ExclusionTargetInput =
  {   readonly dates: DateRangeInput; readonly sessionId?: never; readonly source?: never; }
  |  { readonly dates?: never;   readonly sessionId: string; readonly source?: never; }
  |  { readonly dates?: never; readonly sessionId?: never;   readonly source: Source; };

/** How a text met its reader. */
export type FeedbackVerdict =
  | 'NOT_HELPFUL'
  | 'NOT_QUITE'
  | 'RINGS_TRUE'
  | 'UPSETTING';

/** What one point of a landscape stands for. */
export type Granularity =
  | 'DAY'
  | 'MONTH'
  | 'SESSION'
  | 'WEEK';

/** No free text on purpose. */
export type InsightFeedbackInput = {
  readonly insightId: string;
  readonly verdict: FeedbackVerdict;
};

/** What a card is about. */
export type InsightKind =
  | 'MILESTONE'
  | 'PATTERN'
  | 'QUESTION'
  | 'RHYTHM'
  | 'SHIFT'
  | 'STEADY'
  | 'WHAT_HELPED';

/** STALE: its numbers changed and it is being rewritten; WITHDRAWN: taken back. */
export type InsightStatus =
  | 'ACTIVE'
  | 'STALE'
  | 'WITHDRAWN';

/** What a lock screen may show. DISCREET: that there is something new to read; NAMED: that the week is ready. */
export type LockScreenDetail =
  | 'DISCREET'
  | 'NAMED';

export type MarkSeenInput = {
  /** 1 to 100. What is no card of the viewer's, or was taken back, changes nothing. */
  readonly insightIds: ReadonlyArray<string>;
};

/** What a number is about. */
export type Metric =
  | 'AROUSAL'
  | 'EMOTION_INTENSITY'
  | 'PATTERN_SHARE'
  | 'SESSION_COUNT'
  | 'SESSION_SHIFT_VALENCE'
  | 'SOURCE_SHARE'
  | 'SPREAD'
  | 'TIME_SHARE'
  | 'TURN_SHIFT_VALENCE'
  | 'VALENCE';

export type NotificationPreferencesInput = {
  readonly day?: Weekday | null | undefined;
  readonly lockScreen?: LockScreenDetail | null | undefined;
  readonly monthlySummary?: boolean | null | undefined;
  /** Explicit null clears it. */
  readonly quietHours?: QuietHoursInput | null | undefined;
  /** Local time of the weekly push. */
  readonly time?: string | null | undefined;
  readonly weeklySummary?: boolean | null | undefined;
};

/** Where an operation is. */
export type OperationStatus =
  | 'CANCELLED'
  | 'FAILED'
  | 'RUNNING'
  | 'SCHEDULED'
  | 'SUCCEEDED';

export type Plan =
  | 'FREE'
  | 'PLUS'
  | 'TRIAL';

/** What the app runs on. */
export type Platform =
  | 'ANDROID'
  | 'IOS'
  | 'WEB';

/** A range named by its distance from today; today is included. */
export type Preset =
  | 'LAST_7_DAYS'
  | 'LAST_28_DAYS'
  | 'LAST_90_DAYS'
  | 'LAST_365_DAYS'
  | 'THIS_MONTH'
  | 'THIS_WEEK';

export type QuietHoursInput = {
  readonly from: string;
  readonly to: string;
};

/** One way to name a period. */
export type RangeInput =
  {   readonly dates: DateRangeInput; readonly month?: never; readonly preset?: never; readonly week?: never; }
  |  { readonly dates?: never;   readonly month: string; readonly preset?: never; readonly week?: never; }
  |  { readonly dates?: never; readonly month?: never;   readonly preset: Preset; readonly week?: never; }
  |  { readonly dates?: never; readonly month?: never; readonly preset?: never;   readonly week: string; };

export type ReceiptCheck =
  | 'INVALID'
  | 'UNKNOWN_KEY'
  | 'VALID';

export type RegisterDeviceInput = {
  /** Numbers and points, as in 4.12.0. */
  readonly appVersion: string;
  readonly locale: string;
  readonly platform: Platform;
  readonly timeZone: string;
  readonly webPush: WebPushInput;
};

export type RemoveExclusionsInput = {
  /** 1 to 50. */
  readonly exclusionIds: ReadonlyArray<string>;
  readonly idempotencyKey: string;
};

export type ResetInput = {
  /** The word the interface asked the person to type: RESET. */
  readonly confirmation: string;
  readonly idempotencyKey: string;
  /** Without it the reset can be called off for 10 minutes, and begins then. */
  readonly immediately?: boolean;
  readonly scope: ResetScope;
};

/** DERIVED: all that Spectrum derived; sessions whose text is still kept are analysed again. FORGET_HISTORY: derived data and text of all sessions so far; sent again, they are accepted as duplicates and their text is dropped. EVERYTHING: all that Spectrum holds. */
export type ResetScope =
  | 'DERIVED'
  | 'EVERYTHING'
  | 'FORGET_HISTORY';

/** Why data moved on. SESSION_ANALYSED: also said, without a node, where changes were missed and it is not known what they were. WRITING_PUBLISHED: words are new, were rewritten or taken back. RESET: something was erased. */
export type RevisionReason =
  | 'ANALYSER_UPGRADED'
  | 'EXCLUSION_CHANGED'
  | 'PERIOD_CLOSED'
  | 'RESET'
  | 'SESSION_ANALYSED'
  | 'SESSION_CORRECTED'
  | 'WRITING_PUBLISHED';

/** The sections of a month. */
export type SectionKind =
  | 'CHANGES'
  | 'LANDSCAPE'
  | 'LOOKING_AHEAD'
  | 'OVERVIEW'
  | 'PATTERNS'
  | 'RHYTHMS'
  | 'WHAT_HELPED';

/** SKIPPED: its text was gone before it could be analysed. */
export type SessionAnalysisStatus =
  | 'DONE'
  | 'FAILED'
  | 'PENDING'
  | 'RUNNING'
  | 'SKIPPED';

export type SetPausedInput = {
  readonly paused: boolean;
};

/** Where a session came from. */
export type Source =
  | 'LENS'
  | 'MIRROR'
  | 'TURN';

/** EMPTY: no session yet. COLLECTING: not enough for the first weekly insight. REBUILDING: a reset is running; reads answer from what remains. PAUSED: the viewer has paused analysis. */
export type SpectrumState =
  | 'COLLECTING'
  | 'EMPTY'
  | 'PAUSED'
  | 'READY'
  | 'REBUILDING';

/** The one small step a card ends in. */
export type SuggestedAction =
  | 'OPEN_LENS'
  | 'OPEN_MIRROR'
  | 'OPEN_TURN'
  | 'REVIEW_SESSIONS'
  | 'SEE_SUPPORT'
  | 'TAKE_A_BREAK';

/** PENDING: due, being written. NOT_ENOUGH_DATA: see `sessionsNeeded`. REBUILDING: readable, while a newer version is being written. IN_PROGRESS: the period is not over. NUMBERS_ONLY: no words passed their checks. */
export type SummaryStatus =
  | 'IN_PROGRESS'
  | 'NOT_ENOUGH_DATA'
  | 'NUMBERS_ONLY'
  | 'PENDING'
  | 'READY'
  | 'REBUILDING';

/** Why a number is withheld. */
export type SuppressionReason =
  | 'EXCLUDED'
  | 'PENDING'
  | 'SAFETY'
  | 'TOO_FEW_DAYS'
  | 'TOO_FEW_SESSIONS'
  | 'TOO_UNCERTAIN';

/** Habits of thought. Descriptive, not diagnostic; never called errors. */
export type ThinkingPattern =
  | 'ALL_OR_NOTHING'
  | 'CATASTROPHIZING'
  | 'COMPARING'
  | 'DISCOUNTING_POSITIVE'
  | 'EMOTIONAL_REASONING'
  | 'FORTUNE_TELLING'
  | 'LABELING'
  | 'MENTAL_FILTER'
  | 'MIND_READING'
  | 'OVERGENERALIZATION'
  | 'PERSONALIZATION'
  | 'SHOULD_STATEMENTS';

/** Part of the day by local start time: 05-11, 11-17, 17-22, 22-05. */
export type TimeOfDay =
  | 'AFTERNOON'
  | 'EVENING'
  | 'MORNING'
  | 'NIGHT';

export type TrackEventsInput = {
  /** Numbers and points, as in 4.12.0. */
  readonly appVersion: string;
  /** 1 to 100. */
  readonly events: ReadonlyArray<EventInput>;
  readonly platform: Platform;
};

/** What turns are grouped by. */
export type TurnGrouping =
  | 'KIND'
  | 'PATTERN'
  | 'SOURCE';

export type UnregisterDeviceInput = {
  readonly deviceId: string;
};

/** What kind of correction is needed. */
export type UserErrorCode =
  | 'ALREADY_DONE'
  | 'CONFIRMATION_MISMATCH'
  | 'CONFLICT'
  | 'IDEMPOTENCY_CONFLICT'
  | 'INVALID'
  | 'NOT_CANCELLABLE'
  | 'NOT_ENTITLED'
  | 'NOT_FOUND'
  | 'OUT_OF_RANGE'
  | 'PREVIEW_EXPIRED'
  | 'REQUIRED'
  | 'TOO_MANY';

/** PERSON once corrected: the correction is the truth from then on. */
export type VectorOrigin =
  | 'ANALYSER'
  | 'PERSON';

export type WebPushInput = {
  /** The browser's shared secret, base64url. */
  readonly auth: string;
  /** The push service's https URL, at most 1,000 characters. */
  readonly endpoint: string;
  /** The browser's public key, base64url. */
  readonly p256dh: string;
};

/** A day of the week, Monday first. */
export type Weekday =
  | 'FRIDAY'
  | 'MONDAY'
  | 'SATURDAY'
  | 'SUNDAY'
  | 'THURSDAY'
  | 'TUESDAY'
  | 'WEDNESDAY';

export type CancelResetMutationVariables = Exact<{
  input: CancelResetInput;
}>;


export type CancelResetMutation = { readonly cancelReset: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly operation: { readonly id: string, readonly status: OperationStatus } | null } };

export type ControlQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type ControlQuery = { readonly viewer: { readonly id: string, readonly locale: string, readonly timeZone: string, readonly entitlement: { readonly spectrum: boolean, readonly plan: Plan }, readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState } | null, readonly exclusions: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly status: ExclusionStatus, readonly sessionCount: number, readonly createdAt: string, readonly effectiveAt: string | null, readonly target:
          | { readonly period: { readonly from: string, readonly to: string } }
          | { readonly session: { readonly id: string, readonly source: Source, readonly startedAt: string } | null }
          | { readonly source: Source, readonly from: string | null }
         }> }, readonly operations: { readonly nodes: ReadonlyArray<{ readonly scope: ResetScope, readonly cancellableUntil: string, readonly id: string, readonly status: OperationStatus, readonly progress: number, readonly requestedAt: string, readonly receipt: { readonly id: string, readonly completedAt: string, readonly remaining: number } | null }> }, readonly notificationPreferences: { readonly weeklySummary: boolean, readonly monthlySummary: boolean, readonly day: Weekday, readonly time: string, readonly lockScreen: LockScreenDetail, readonly quietHours: { readonly from: string, readonly to: string } | null }, readonly devices: ReadonlyArray<{ readonly id: string, readonly platform: Platform, readonly appVersion: string, readonly lastSeenAt: string, readonly reachable: boolean }> } };

export type LeftOutFragment = { readonly id: string, readonly status: ExclusionStatus, readonly sessionCount: number, readonly createdAt: string, readonly effectiveAt: string | null, readonly target:
    | { readonly period: { readonly from: string, readonly to: string } }
    | { readonly session: { readonly id: string, readonly source: Source, readonly startedAt: string } | null }
    | { readonly source: Source, readonly from: string | null }
   };

export type CorrectMutationVariables = Exact<{
  input: CorrectSessionInput;
}>;


export type CorrectMutation = { readonly correctSession: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly session: { readonly id: string, readonly vector: { readonly valence: number, readonly arousal: number, readonly origin: VectorOrigin } | null } | null, readonly spectrum: { readonly dataRevision: string } | null } };

export type DashboardQueryVariables = Exact<{
  month: string;
  cards?: number;
}>;


export type DashboardQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState, readonly freshAt: string | null, readonly progress: { readonly analysedSessions: number, readonly pendingSessions: number, readonly neededForWeekly: number, readonly neededForMonthly: number, readonly nextWeeklyOn: string | null }, readonly landscape: { readonly excludedCount: number, readonly textAlternative: string, readonly period: { readonly from: string, readonly to: string, readonly open: boolean }, readonly series: { readonly keys: ReadonlyArray<string>, readonly valence: ReadonlyArray<number | null>, readonly valenceLow: ReadonlyArray<number | null>, readonly valenceHigh: ReadonlyArray<number | null>, readonly arousal: ReadonlyArray<number | null>, readonly arousalLow: ReadonlyArray<number | null>, readonly arousalHigh: ReadonlyArray<number | null>, readonly sampleCount: ReadonlyArray<number> }, readonly centre: { readonly valence: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly arousal: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } }, readonly spread: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly emotions: ReadonlyArray<{ readonly emotion: Emotion, readonly label: string, readonly intensity: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } }> }, readonly distribution: { readonly sampleCount: number, readonly suppressed: SuppressionReason | null, readonly textAlternative: string, readonly period: { readonly from: string, readonly to: string }, readonly slices: ReadonlyArray<{ readonly key: string, readonly label: string, readonly count: number | null, readonly share: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly vsBaseline: { readonly direction: Direction } | null }> }, readonly insightFeed: { readonly unseenCount: number, readonly emptyReason: SuppressionReason | null, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: InsightKind, readonly kindLabel: string, readonly status: InsightStatus, readonly publishedAt: string, readonly seenAt: string | null, readonly confidence: ConfidenceLevel, readonly edition: number, readonly period: { readonly from: string, readonly to: string }, readonly headline: { readonly text: string }, readonly body: ReadonlyArray<{ readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string, readonly label: string }> }>, readonly suggestion: { readonly label: string, readonly action: SuggestedAction } | null }> }, readonly monthlySummary: { readonly id: string, readonly status: SummaryStatus, readonly sessionsNeeded: number | null, readonly sampleCount: number, readonly edition: number, readonly title: { readonly text: string } | null, readonly sections: ReadonlyArray<{ readonly kind: SectionKind, readonly heading: string, readonly paragraphs: ReadonlyArray<{ readonly text: string }> }> } | null } | null } };

export type NumberFragment = { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null };

export type CardFragment = { readonly id: string, readonly kind: InsightKind, readonly kindLabel: string, readonly status: InsightStatus, readonly publishedAt: string, readonly seenAt: string | null, readonly confidence: ConfidenceLevel, readonly edition: number, readonly period: { readonly from: string, readonly to: string }, readonly headline: { readonly text: string }, readonly body: ReadonlyArray<{ readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string, readonly label: string }> }>, readonly suggestion: { readonly label: string, readonly action: SuggestedAction } | null };

export type EvidenceQueryVariables = Exact<{
  id: string;
}>;


export type EvidenceQuery = { readonly node:
    | { readonly id: string }
    | { readonly id: string }
    | { readonly metric: Metric, readonly label: string, readonly subject: string | null, readonly check: EvidenceCheck, readonly id: string, readonly period: { readonly from: string, readonly to: string }, readonly value: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null }, readonly comparison: { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null }, readonly baseline: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null }, readonly baselinePeriod: { readonly from: string, readonly to: string } } | null, readonly sessions: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly source: Source, readonly startedAt: string, readonly localDate: string }> } }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
   | null };

export type ShownFragment = { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null };

export type ExcludeMutationVariables = Exact<{
  input: ExcludeInput;
}>;


export type ExcludeMutation = { readonly excludeFromSpectrum: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly exclusions: ReadonlyArray<{ readonly id: string, readonly status: ExclusionStatus, readonly sessionCount: number }>, readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState } | null } };

export type FeedQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  kinds?: ReadonlyArray<InsightKind> | InsightKind | null | undefined;
  week?: string | null | undefined;
}>;


export type FeedQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState, readonly freshAt: string | null, readonly progress: { readonly analysedSessions: number, readonly pendingSessions: number, readonly failedSessions: number, readonly neededForWeekly: number, readonly neededForMonthly: number, readonly nextWeeklyOn: string | null }, readonly insightFeed: { readonly unseenCount: number, readonly emptyReason: SuppressionReason | null, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: InsightKind, readonly kindLabel: string, readonly status: InsightStatus, readonly publishedAt: string, readonly seenAt: string | null, readonly confidence: ConfidenceLevel, readonly edition: number, readonly period: { readonly from: string, readonly to: string }, readonly headline: { readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string }> }, readonly body: ReadonlyArray<{ readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string, readonly label: string }> }>, readonly suggestion: { readonly label: string, readonly action: SuggestedAction } | null, readonly feedback: { readonly verdict: FeedbackVerdict } | null }> } } | null } };

export type FeedbackMutationVariables = Exact<{
  input: InsightFeedbackInput;
}>;


export type FeedbackMutation = { readonly giveInsightFeedback: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly insight: { readonly id: string, readonly feedback: { readonly verdict: FeedbackVerdict, readonly givenAt: string } | null } | null } };

export type GlossaryQueryVariables = Exact<{ [key: string]: never; }>;


export type GlossaryQuery = { readonly viewer: { readonly spectrum: { readonly glossary: ReadonlyArray<{ readonly key: string, readonly label: string, readonly description: string }> } | null } };

export type IncludeMutationVariables = Exact<{
  input: RemoveExclusionsInput;
}>;


export type IncludeMutation = { readonly removeExclusions: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly exclusions: ReadonlyArray<{ readonly id: string, readonly status: ExclusionStatus }>, readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState } | null } };

export type LandscapeQueryVariables = Exact<{
  range: RangeInput;
  trend?: Granularity;
  sources?: ReadonlyArray<Source> | Source | null | undefined;
}>;


export type LandscapeQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState, readonly freshAt: string | null, readonly progress: { readonly analysedSessions: number, readonly pendingSessions: number, readonly failedSessions: number, readonly neededForWeekly: number, readonly neededForMonthly: number, readonly nextWeeklyOn: string | null }, readonly landscape: { readonly excludedCount: number, readonly truncated: boolean, readonly textAlternative: string, readonly period: { readonly from: string, readonly to: string, readonly days: number, readonly open: boolean, readonly timeZone: string }, readonly series: { readonly keys: ReadonlyArray<string>, readonly valence: ReadonlyArray<number | null>, readonly arousal: ReadonlyArray<number | null>, readonly sampleCount: ReadonlyArray<number> }, readonly centre: { readonly valence: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly arousal: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } }, readonly spread: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly valenceVsBaseline: { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baseline: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baselinePeriod: { readonly from: string, readonly to: string } } | null, readonly arousalVsBaseline: { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baseline: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baselinePeriod: { readonly from: string, readonly to: string } } | null, readonly emotions: ReadonlyArray<{ readonly emotion: Emotion, readonly label: string, readonly intensity: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } }> }, readonly trend: { readonly granularity: Granularity, readonly series: { readonly keys: ReadonlyArray<string>, readonly valence: ReadonlyArray<number | null>, readonly valenceLow: ReadonlyArray<number | null>, readonly valenceHigh: ReadonlyArray<number | null>, readonly sampleCount: ReadonlyArray<number> } }, readonly insightFeed: { readonly unseenCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly period: { readonly from: string, readonly to: string }, readonly suggestion: { readonly action: SuggestedAction } | null }> } } | null } };

export type PlaceFragment = { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null };

export type UsualFragment = { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baseline: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baselinePeriod: { readonly from: string, readonly to: string } };

export type LiveSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveSubscription = { readonly spectrumEvents: { readonly dataRevision: string, readonly reason: RevisionReason, readonly node:
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
      | { readonly id: string }
     | null } };

export type MonthQueryVariables = Exact<{
  month: string;
}>;


export type MonthQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState, readonly freshAt: string | null, readonly progress: { readonly analysedSessions: number, readonly pendingSessions: number, readonly failedSessions: number, readonly neededForWeekly: number, readonly neededForMonthly: number, readonly nextWeeklyOn: string | null }, readonly monthlySummary: { readonly id: string, readonly month: string, readonly status: SummaryStatus, readonly sessionsNeeded: number | null, readonly sampleCount: number, readonly expectedBy: string | null, readonly publishedAt: string | null, readonly edition: number, readonly period: { readonly from: string, readonly to: string, readonly open: boolean }, readonly title: { readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string }> } | null, readonly sections: ReadonlyArray<{ readonly kind: SectionKind, readonly heading: string, readonly paragraphs: ReadonlyArray<{ readonly text: string, readonly evidence: ReadonlyArray<{ readonly id: string, readonly label: string }> }>, readonly distribution: { readonly textAlternative: string, readonly slices: ReadonlyArray<{ readonly key: string, readonly label: string, readonly share: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null } }> } | null }>, readonly vsPreviousMonth: { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly suppressed: SuppressionReason | null } } | null, readonly provenance: { readonly engine: Engine, readonly promptRevision: string, readonly generatedAt: string, readonly checksPassed: ReadonlyArray<string>, readonly degraded: boolean } | null } | null } | null } };

export type MonthsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type MonthsQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly monthlySummaries: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly month: string, readonly status: SummaryStatus, readonly sampleCount: number, readonly title: { readonly text: string } | null }> } } | null } };

export type PatternsQueryVariables = Exact<{
  range: RangeInput;
  by?: DistributionDimension;
  groupBy?: TurnGrouping;
}>;


export type PatternsQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState, readonly freshAt: string | null, readonly progress: { readonly analysedSessions: number, readonly pendingSessions: number, readonly failedSessions: number, readonly neededForWeekly: number, readonly neededForMonthly: number, readonly nextWeeklyOn: string | null }, readonly distribution: { readonly sampleCount: number, readonly sharesSumToOne: boolean, readonly suppressed: SuppressionReason | null, readonly textAlternative: string, readonly period: { readonly from: string, readonly to: string, readonly days: number, readonly open: boolean }, readonly slices: ReadonlyArray<{ readonly key: string, readonly label: string, readonly count: number | null, readonly share: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly vsBaseline: { readonly direction: Direction, readonly difference: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly baselinePeriod: { readonly from: string, readonly to: string } } | null, readonly affect: { readonly valence: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly arousal: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } } }> }, readonly turnImpact: { readonly caveat: string, readonly sessionShift: { readonly valence: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly arousal: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } }, readonly groups: ReadonlyArray<{ readonly key: string, readonly label: string, readonly turnCount: number, readonly shift: { readonly valence: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null }, readonly arousal: { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null } } }> } } | null } };

export type ShareFragment = { readonly value: number | null, readonly low: number | null, readonly high: number | null, readonly sampleCount: number, readonly dayCount: number, readonly confidence: ConfidenceLevel, readonly suppressed: SuppressionReason | null, readonly sessionsNeeded: number | null };

export type PauseMutationVariables = Exact<{
  input: SetPausedInput;
}>;


export type PauseMutation = { readonly setSpectrumPaused: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly spectrum: { readonly dataRevision: string, readonly state: SpectrumState } | null } };

export type PreferencesMutationVariables = Exact<{
  input: NotificationPreferencesInput;
}>;


export type PreferencesMutation = { readonly updateNotificationPreferences: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly preferences: { readonly weeklySummary: boolean, readonly monthlySummary: boolean, readonly day: Weekday, readonly time: string, readonly lockScreen: LockScreenDetail, readonly quietHours: { readonly from: string, readonly to: string } | null } | null } };

export type PreviewQueryVariables = Exact<{
  input: ExclusionPreviewInput;
}>;


export type PreviewQuery = { readonly viewer: { readonly spectrum: { readonly dataRevision: string, readonly exclusionPreview: { readonly token: string, readonly sessionsAffected: number, readonly becomesTooSmall: boolean, readonly changes: ReadonlyArray<{ readonly metric: Metric, readonly subject: string | null, readonly label: string, readonly before: { readonly value: number | null, readonly suppressed: SuppressionReason | null }, readonly after: { readonly value: number | null, readonly suppressed: SuppressionReason | null } }>, readonly rewritten: ReadonlyArray<
          | { readonly __typename: 'DeletionReceipt', readonly id: string }
          | { readonly __typename: 'Device', readonly id: string }
          | { readonly __typename: 'Evidence', readonly id: string }
          | { readonly __typename: 'Exclusion', readonly id: string }
          | { readonly __typename: 'Insight', readonly id: string }
          | { readonly __typename: 'MonthlySummary', readonly id: string }
          | { readonly __typename: 'ResetOperation', readonly id: string }
          | { readonly __typename: 'Session', readonly id: string }
          | { readonly __typename: 'Viewer', readonly id: string }
          | { readonly __typename: 'WeeklySummary', readonly id: string }
        > } } | null } };

export type RateLimitQueryVariables = Exact<{ [key: string]: never; }>;


export type RateLimitQuery = { readonly rateLimit: { readonly limit: number, readonly available: number, readonly restorePerSecond: number, readonly resetAt: string } };

export type ReceiptQueryVariables = Exact<{
  statement: string;
  signature: string;
  keyId: string;
}>;


export type ReceiptQuery = { readonly verifyReceipt: ReceiptCheck };

export type RegisterDeviceMutationVariables = Exact<{
  input: RegisterDeviceInput;
}>;


export type RegisterDeviceMutation = { readonly registerDevice: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly device: { readonly id: string, readonly platform: Platform, readonly reachable: boolean } | null } };

export type ResetMutationVariables = Exact<{
  input: ResetInput;
}>;


export type ResetMutation = { readonly resetSpectrum: { readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }>, readonly operation: { readonly id: string, readonly status: OperationStatus, readonly scope: ResetScope, readonly requestedAt: string, readonly cancellableUntil: string, readonly progress: number } | null } };

export type SeenMutationVariables = Exact<{
  input: MarkSeenInput;
}>;


export type SeenMutation = { readonly markInsightsSeen: { readonly unseenCount: number, readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }> } };

export type SessionsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  range?: RangeInput | null | undefined;
}>;


export type SessionsQuery = { readonly viewer: { readonly sessions: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly source: Source, readonly startedAt: string, readonly localDate: string, readonly timeOfDay: TimeOfDay, readonly durationSeconds: number, readonly turnCount: number, readonly analysis: SessionAnalysisStatus, readonly countsTowardInsights: boolean, readonly vector: { readonly valence: number, readonly arousal: number, readonly confidence: number, readonly origin: VectorOrigin, readonly emotions: ReadonlyArray<{ readonly emotion: Emotion, readonly label: string, readonly intensity: number }>, readonly patterns: ReadonlyArray<{ readonly pattern: ThinkingPattern, readonly label: string, readonly probability: number }> } | null }> } } };

export type TeaserQueryVariables = Exact<{ [key: string]: never; }>;


export type TeaserQuery = { readonly viewer: { readonly entitlement: { readonly spectrum: boolean, readonly plan: Plan }, readonly spectrumTeaser: { readonly impressionToken: string, readonly headline: string, readonly body: string, readonly eligibleSessions: number, readonly exampleLandscape: { readonly isExample: boolean, readonly textAlternative: string, readonly series: { readonly keys: ReadonlyArray<string>, readonly valence: ReadonlyArray<number | null>, readonly valenceLow: ReadonlyArray<number | null>, readonly valenceHigh: ReadonlyArray<number | null>, readonly arousal: ReadonlyArray<number | null>, readonly arousalLow: ReadonlyArray<number | null>, readonly arousalHigh: ReadonlyArray<number | null>, readonly sampleCount: ReadonlyArray<number> } } } | null } };

export type TrackMutationVariables = Exact<{
  input: TrackEventsInput;
}>;


export type TrackMutation = { readonly trackEvents: { readonly accepted: number, readonly duplicates: number, readonly rejectedIds: ReadonlyArray<string>, readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }> } };

export type UnregisterDeviceMutationVariables = Exact<{
  input: UnregisterDeviceInput;
}>;


export type UnregisterDeviceMutation = { readonly unregisterDevice: { readonly deviceId: string | null, readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode, readonly message: string, readonly field: ReadonlyArray<string> | null }> } };

export const CancelReset: Document<CancelResetMutation, CancelResetMutationVariables> = { name: "CancelReset", kind: "mutation", id: "2ff8ec9be4975f4d" };
export const Control: Document<ControlQuery, ControlQueryVariables> = { name: "Control", kind: "query", id: "f671ecbe08e1d9c7" };
export const Correct: Document<CorrectMutation, CorrectMutationVariables> = { name: "Correct", kind: "mutation", id: "b6df2d3f1b333436" };
export const Dashboard: Document<DashboardQuery, DashboardQueryVariables> = { name: "Dashboard", kind: "query", id: "44cd154a5f710dfd" };
export const Evidence: Document<EvidenceQuery, EvidenceQueryVariables> = { name: "Evidence", kind: "query", id: "ff58b405826894d8" };
export const Exclude: Document<ExcludeMutation, ExcludeMutationVariables> = { name: "Exclude", kind: "mutation", id: "6ff43beb09a335e2" };
export const Feed: Document<FeedQuery, FeedQueryVariables> = { name: "Feed", kind: "query", id: "e1acccd7ddebc322" };
export const Feedback: Document<FeedbackMutation, FeedbackMutationVariables> = { name: "Feedback", kind: "mutation", id: "1d13a5020a41d545" };
export const Glossary: Document<GlossaryQuery, GlossaryQueryVariables> = { name: "Glossary", kind: "query", id: "97ebddf617b93d32" };
export const Include: Document<IncludeMutation, IncludeMutationVariables> = { name: "Include", kind: "mutation", id: "c6ed490c79fb7c2a" };
export const Landscape: Document<LandscapeQuery, LandscapeQueryVariables> = { name: "Landscape", kind: "query", id: "f7b7324d11cc8a99" };
export const Live: Document<LiveSubscription, LiveSubscriptionVariables> = { name: "Live", kind: "subscription", id: "ddc80b7ebdeb47b9" };
export const Month: Document<MonthQuery, MonthQueryVariables> = { name: "Month", kind: "query", id: "b35eedf14a4aefff" };
export const Months: Document<MonthsQuery, MonthsQueryVariables> = { name: "Months", kind: "query", id: "594ed0107a0a6cce" };
export const Patterns: Document<PatternsQuery, PatternsQueryVariables> = { name: "Patterns", kind: "query", id: "b1072a46500c67bc" };
export const Pause: Document<PauseMutation, PauseMutationVariables> = { name: "Pause", kind: "mutation", id: "0c9c26f6c8d91e75" };
export const Preferences: Document<PreferencesMutation, PreferencesMutationVariables> = { name: "Preferences", kind: "mutation", id: "3dfcc3ca1f64e62a" };
export const Preview: Document<PreviewQuery, PreviewQueryVariables> = { name: "Preview", kind: "query", id: "d9acef4de0509132" };
export const RateLimit: Document<RateLimitQuery, RateLimitQueryVariables> = { name: "RateLimit", kind: "query", id: "802dc99c420f9a80" };
export const Receipt: Document<ReceiptQuery, ReceiptQueryVariables> = { name: "Receipt", kind: "query", id: "ca8b902a15fd5789" };
export const RegisterDevice: Document<RegisterDeviceMutation, RegisterDeviceMutationVariables> = { name: "RegisterDevice", kind: "mutation", id: "9316d5d0574043cd" };
export const Reset: Document<ResetMutation, ResetMutationVariables> = { name: "Reset", kind: "mutation", id: "32bf612cdf1594e7" };
export const Seen: Document<SeenMutation, SeenMutationVariables> = { name: "Seen", kind: "mutation", id: "91bd0146e55c9e77" };
export const Sessions: Document<SessionsQuery, SessionsQueryVariables> = { name: "Sessions", kind: "query", id: "595a602709f9257c" };
export const Teaser: Document<TeaserQuery, TeaserQueryVariables> = { name: "Teaser", kind: "query", id: "0a072b9b8dee739a" };
export const Track: Document<TrackMutation, TrackMutationVariables> = { name: "Track", kind: "mutation", id: "19dec29b8acf930c" };
export const UnregisterDevice: Document<UnregisterDeviceMutation, UnregisterDeviceMutationVariables> = { name: "UnregisterDevice", kind: "mutation", id: "a5863ec380f7b1b5" };