"""Uploads whose columns are still being confirmed: each person sees their own alone."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE allocator.draft (
    draft_id text PRIMARY KEY CHECK (draft_id ~ '^draft-[0-9a-f]{12}$'),
    person text NOT NULL,
    file_name text NOT NULL,
    name text NOT NULL,
    content bytea NOT NULL,
    mapping jsonb,
    made_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE allocator.draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON allocator.draft
    USING (person = current_setting('allocator.person', true))
    WITH CHECK (person = current_setting('allocator.person', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON allocator.draft TO allocator_app;
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS)
