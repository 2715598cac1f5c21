"""What writing learned since: seeds of composed texts, budgets without room, faults beyond erasure, sides of flags."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SEEDS = [
    "ALTER TABLE writing ADD COLUMN seed text",
    "COMMENT ON COLUMN writing.seed IS 'what the composer drew its words by; none: by the brief, or a model wrote'",
    "CREATE INDEX writing_pulled ON writing (brief_digest, prompt_hash) WHERE pulled",
]

BUDGETS = [
    "ALTER TABLE budget_use ADD COLUMN lacked bigint",
    "COMMENT ON COLUMN budget_use.lacked IS 'the smallest amount that no writer had room for; none: there always was'",
]

FAULTS = [
    """
    CREATE TABLE revision_fault (
      prompt_revision text NOT NULL,
      name text NOT NULL,
      times bigint NOT NULL,
      PRIMARY KEY (prompt_revision, name)
    )
    """,
    "COMMENT ON TABLE revision_fault IS 'how often drafts by a prompt revision failed a check'",
    # the owner sees no person's rows while row-level security is forced
    "ALTER TABLE safety_decision NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE shadow_text NO FORCE ROW LEVEL SECURITY",
    """
    INSERT INTO revision_fault (prompt_revision, name, times)
    SELECT prompt_revision, name, count(*) FROM (
      SELECT prompt_revision, unnest(string_to_array(kind, ', ')) AS name FROM safety_decision
      WHERE prompt_revision IS NOT NULL AND kind <> 'review'
      UNION ALL SELECT prompt_revision, unnest(failed) FROM shadow_text
    ) AS failed GROUP BY 1, 2
    """,
    "ALTER TABLE safety_decision FORCE ROW LEVEL SECURITY",
    "ALTER TABLE shadow_text FORCE ROW LEVEL SECURITY",
    "GRANT SELECT, INSERT, UPDATE ON revision_fault TO spectrum_person, spectrum_batch",
    "ALTER TABLE prompt_activation ADD COLUMN goes_back boolean NOT NULL DEFAULT false",
    "COMMENT ON COLUMN prompt_activation.goes_back IS 'it took the one before back: what it left is no way back'",
]

REVIEWS = [
    "ALTER TABLE blind_pair DROP COLUMN brief",
    """
    ALTER TABLE blind_judgement ADD COLUMN flags_left text[] NOT NULL DEFAULT '{}',
      ADD COLUMN flags_right text[] NOT NULL DEFAULT '{}'
    """,
    "ALTER TABLE blind_judgement NO FORCE ROW LEVEL SECURITY",
    "UPDATE blind_judgement SET flags_left = flags, flags_right = flags",
    "ALTER TABLE blind_judgement FORCE ROW LEVEL SECURITY",
    "ALTER TABLE blind_judgement DROP COLUMN flags",
    # they were computed otherwise: the next report makes them again
    "DELETE FROM report WHERE name = 'agreement'",
]


class Migration(BaseMigration):
    """Seeds, budgets without room, faults of revisions, sides of flags."""

    dependencies = [("spectrum", "0007_reviews")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(SEEDS), RunSQL(BUDGETS), RunSQL(FAULTS), RunSQL(REVIEWS)]  # noqa: RUF012 - as above
