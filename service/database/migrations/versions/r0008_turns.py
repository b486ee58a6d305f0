"""Turns and nights: when a run may be tried again, runs that ended lately, and nights that end with their run."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE allocator.run ADD COLUMN not_before timestamptz;
CREATE INDEX ix_run_finished ON allocator.run (finished_at);
ALTER TABLE allocator.night
    DROP CONSTRAINT night_state_check,
    ADD CONSTRAINT night_state_check CHECK (state IN (
        'running', 'proposed', 'nothing', 'idle', 'failed', 'cancelled'));
UPDATE allocator.night n
    SET state = CASE r.state WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END,
        report = jsonb_build_object('reason', r.reason), finished_at = r.finished_at
    FROM allocator.run r
    WHERE r.run_id = n.run_id AND n.state = 'running' AND r.finished_at IS NOT NULL;
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS)
