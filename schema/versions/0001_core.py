"""The city, its tree, its sources, its facts and their rollups."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of `schema/sql/0001_core.sql`."""
    op.get_bind().exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    op.get_bind().exec_driver_sql((Path(__file__).parent.parent / "sql" / "0001_core.sql").read_text())


def downgrade() -> None:
    """Refuse: facts are never thrown away by a migration."""
    raise RuntimeError("0001 cannot be undone; drop the database instead")
