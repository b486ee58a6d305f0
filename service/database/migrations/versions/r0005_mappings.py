"""Mappings of foreign tables that were confirmed, used again for tables with the same headings; each person's own."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE allocator.saved_mapping (
    person text NOT NULL,
    signature text NOT NULL CHECK (signature ~ '^[0-9a-f]{64}$'),
    mapping jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, signature)
);
ALTER TABLE allocator.saved_mapping ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON allocator.saved_mapping
    USING (person = current_setting('allocator.person', true))
    WITH CHECK (person = current_setting('allocator.person', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON allocator.saved_mapping TO allocator_app;
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS)
