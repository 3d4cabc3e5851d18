"""Whether a database can be used by this build; every way in which it cannot is one sentence."""

from typing import Literal

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from schema.migration import config, migrate, revision

OLDEST_SERVER = 14
State = Literal["current", "empty", "older", "newer"]


class Unusable(Exception):
    """The database cannot be used; the message says why and what helps."""


def prepare(engine: Engine, *, upgrade: bool) -> None:
    """Make an empty database ours; with `upgrade`, bring an older schema up to date too.

    Raises: Unusable.
    """
    _check_server(engine)
    if state(engine) == "empty" or upgrade:
        _check_newer(engine)
        try:
            migrate(engine)
        except SQLAlchemyError as error:
            raise Unusable(f"the schema cannot be made: {_first_line(error)}") from error
    require(engine)


def require(engine: Engine) -> None:
    """Pass when the database has this build's schema. Raises: Unusable."""
    _check_server(engine)
    _check_newer(engine)
    have, want = revision(engine)
    if have != want:
        age = "no schema yet" if have is None else f"schema {have}, older than this build's {want}"
        raise Unusable(f"the database has {age}: run `cli.py db migrate`")


def state(engine: Engine) -> State:
    """How the database's schema stands to this build's."""
    have, want = revision(engine)
    if have is None:
        return "empty"
    if have == want:
        return "current"
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    return "older" if have in known else "newer"


def _check_newer(engine: Engine) -> None:
    if state(engine) == "newer":
        have, want = revision(engine)
        raise Unusable(f"the database has schema {have}, which this build (schema {want}) does not know: update the build")


def _check_server(engine: Engine) -> None:
    """One connection tells all: reachable, of a known age, with PostGIS."""
    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10000
            postgis = connection.execute(text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")).scalar()
            made = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")).scalar()
            owner = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar()
    except OperationalError as error:
        raise Unusable(f"no database at {_address(engine)}: {_first_line(error)}") from error
    if version < OLDEST_SERVER:
        raise Unusable(f"the server at {_address(engine)} is PostgreSQL {version}: {OLDEST_SERVER} or newer is needed")
    if not postgis:
        raise Unusable(f"the server at {_address(engine)} has no PostGIS: install its postgis package there")
    if not made and not owner:
        raise Unusable(f"PostGIS is not switched on at {_address(engine)}: its administrator must run CREATE EXTENSION postgis")


def _address(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def _first_line(error: SQLAlchemyError) -> str:
    """What the server or the driver said, without SQLAlchemy's wrapping."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
