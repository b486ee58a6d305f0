"""Answers about a plan as studies: a third kind of part, which ends with a file of the plan."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE allocator.sweep
    DROP CONSTRAINT sweep_kind_check,
    ADD CONSTRAINT sweep_kind_check CHECK (kind IN ('scenarios', 'moves', 'dossiers', 'answers'));
ALTER TABLE allocator.run
    DROP CONSTRAINT run_kind_check,
    DROP CONSTRAINT run_part_check,
    DROP CONSTRAINT run_plan_check,
    ADD CONSTRAINT run_kind_check CHECK (kind IN ('plan', 'nightly', 'demo', 'moves', 'dossier', 'answer')),
    ADD CONSTRAINT run_part_check CHECK ((kind IN ('moves', 'dossier', 'answer')) <= (sweep_id IS NOT NULL)),
    ADD CONSTRAINT run_plan_check CHECK (CASE
        WHEN kind IN ('moves', 'dossier', 'answer')
            THEN plan_id IS NULL AND (state = 'succeeded') = (result IS NOT NULL)
        WHEN state = 'succeeded' THEN plan_id IS NOT NULL AND result IS NULL
        WHEN state = 'cancelled' THEN result IS NULL
        ELSE plan_id IS NULL AND result IS NULL END);
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS)
