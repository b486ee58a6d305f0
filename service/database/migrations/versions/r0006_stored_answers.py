"""Answers that are kept to be repeated lose the keys that they held."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = """
UPDATE allocator.idempotency
    SET body = convert_to((convert_from(body, 'UTF8')::jsonb || '{"key": null, "note":
        "The key was shown in the first answer and is not stored; if it was lost, revoke it and make another."}')::text,
        'UTF8')
    WHERE route LIKE 'POST %/keys' AND body IS NOT NULL;
DELETE FROM allocator.idempotency WHERE position(convert_to('dak_', 'UTF8') IN body) > 0;
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS.replace("%", "%%"))
