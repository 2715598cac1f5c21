"""What writing learned since: the seed of a composed text, what a budget had no room for, and faults beyond erasure."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SEEDS = [
    "ALTER TABLE writing ADD COLUMN seed text",
    "COMMENT ON COLUMN writing.seed IS 'what the composer drew its words by; none: by the brief, or a model wrote'",
    "ALTER TABLE blind_pair DROP COLUMN brief",
]

BUDGETS = [
    "ALTER TABLE budget_use ADD COLUMN lacked bigint",
    "COMMENT ON COLUMN budget_use.lacked IS 'the smallest amount that there was no room for; none: there always was'",
]

FAULTS = [
    """
    CREATE TABLE revision_fault (
      prompt_revision text NOT NULL,
      name text NOT NULL,
      texts bigint NOT NULL,
      PRIMARY KEY (prompt_revision, name)
    )
    """,
    "COMMENT ON TABLE revision_fault IS 'how many texts of a prompt revision had a draft that failed a check'",
    """
    INSERT INTO revision_fault (prompt_revision, name, texts)
    SELECT prompt_revision, name, count(*) FROM (
      SELECT prompt_revision, unnest(string_to_array(kind, ', ')) AS name FROM safety_decision
      WHERE prompt_revision IS NOT NULL AND kind <> 'review'
      UNION ALL SELECT prompt_revision, unnest(failed) FROM shadow_text
    ) AS failed GROUP BY 1, 2
    """,
    "GRANT SELECT, INSERT, UPDATE ON revision_fault TO spectrum_person, spectrum_batch",
]


class Migration(BaseMigration):
    """Seeds, budgets without room, faults of revisions."""

    dependencies = [("spectrum", "0007_reviews")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(SEEDS), RunSQL(BUDGETS), RunSQL(FAULTS)]  # noqa: RUF012 - as above
