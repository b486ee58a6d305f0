"""Plans while they are made, cancelled runs that keep theirs, and studies that fan out into parts and join."""

from importlib import resources

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of the file beside this one."""
    script = resources.files("service.database.migrations.versions") / "r0002_studies.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
