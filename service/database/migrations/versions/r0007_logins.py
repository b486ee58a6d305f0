"""A login for the service that owns nothing: the shared role loses its rights, and deletion is a function of the owner.

The primary key of placements becomes the same in databases of the very first schema as in later ones.
"""

from importlib import resources

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of the file beside this one."""
    script = resources.files("service.database.migrations.versions") / "r0007_logins.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
