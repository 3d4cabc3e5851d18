"""Bring a database up to this build's schema, and say what is wrong when that cannot be."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def config() -> Config:
    """Alembic's configuration: the scripts of this folder."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def migrate(engine: Engine) -> None:
    """Run every migration that the database has not seen, each in its own transaction."""
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def revision(engine: Engine) -> tuple[str | None, str]:
    """The database's revision (None: never migrated) and this build's."""
    with engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    want = ScriptDirectory.from_config(config()).get_current_head()
    assert want is not None
    return have, want
