"""Blinded reviews of two prompt revisions: the review, pairs of texts over a brief, and what was said of them."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

REVIEWS = [
    """
    CREATE TABLE blind_review (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      title text NOT NULL,
      prompt text NOT NULL,
      revision_a text NOT NULL,
      hash_a text NOT NULL,
      revision_b text NOT NULL,
      hash_b text NOT NULL,
      pairs_asked integer NOT NULL CHECK (pairs_asked > 0),
      pairs_made integer,
      reviewers smallint NOT NULL CHECK (reviewers > 0),
      rubric text NOT NULL,
      status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'DECIDED', 'CLOSED')),
      note text,
      opened_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      closed_at timestamptz,
      result jsonb
    )
    """,
    "COMMENT ON TABLE blind_review IS 'two prompt revisions that the team compares blindly, and what came of it'",
    "COMMENT ON COLUMN blind_review.pairs_made IS 'none: they are still to be made'",
    "GRANT SELECT, INSERT, UPDATE ON blind_review TO spectrum_batch",
]

PAIRS = [
    """
    CREATE TABLE blind_pair (
      person_id uuid NOT NULL,
      id uuid NOT NULL,
      review_id uuid NOT NULL,
      number integer NOT NULL,
      repeats uuid,
      period_kind text NOT NULL,
      first_day date NOT NULL,
      brief jsonb NOT NULL,
      brief_digest text NOT NULL,
      text_a jsonb NOT NULL,
      text_b jsonb NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id)
    )
    """,
    "CREATE INDEX blind_pair_review ON blind_pair (review_id, number)",
    "CREATE INDEX blind_pair_age ON blind_pair (at)",
    "COMMENT ON TABLE blind_pair IS 'two texts over one brief of somebody, with their evidence, to be compared'",
    "COMMENT ON COLUMN blind_pair.repeats IS 'the pair that this one shows again, sides swapped'",
    *personal("blind_pair", person="SELECT, DELETE", batch="SELECT, INSERT, DELETE"),
    """
    CREATE TABLE blind_judgement (
      person_id uuid NOT NULL,
      pair_id uuid NOT NULL,
      rater text NOT NULL,
      review_id uuid NOT NULL,
      a_left boolean NOT NULL,
      choice text NOT NULL CHECK (choice IN ('LEFT', 'RIGHT', 'TIE')),
      scores_left jsonb,
      scores_right jsonb,
      flags text[] NOT NULL DEFAULT '{}',
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, pair_id, rater)
    )
    """,
    "CREATE INDEX blind_judgement_review ON blind_judgement (review_id, at)",
    "CREATE INDEX blind_judgement_age ON blind_judgement (at)",
    "COMMENT ON TABLE blind_judgement IS 'what a reviewer said of a pair: a choice, scores, names of a closed list'",
    *personal("blind_judgement", person="SELECT, DELETE", batch="SELECT, INSERT, DELETE"),
]


class Migration(BaseMigration):
    """Reviews, pairs, judgements."""

    dependencies = [("spectrum", "0006_scoring")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(REVIEWS), RunSQL(PAIRS)]  # noqa: RUF012 - as above
