"""The first schema: people, registries, batches, runs, plans with their parts, review, nights and the audit."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of the file beside this one."""
    script = resources.files("service.database.migrations.versions") / "r0001_start.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
