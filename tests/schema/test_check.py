"""A database that cannot be used is refused in one sentence."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from data_access import engine as engines
from schema import check
from schema.check import Unusable
from schema.migration import revision


@pytest.fixture
def scratch(database_url: str, engine: Engine) -> Iterator[Engine]:
    """An engine on an empty database beside the module's own."""
    engine.dispose()
    admin = create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"{make_url(database_url).database}_scratch"
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    made = engines.create(make_url(database_url).set(database=name).render_as_string(False), statement_timeout_ms=20000)
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def pretend(engine: Engine, number: str) -> None:
    """Make the database say that it has this revision."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


def test_this_builds_schema_passes(engine: Engine) -> None:
    check.require(engine)
    assert check.state(engine) == "current"


def test_an_empty_database_is_refused_until_it_is_prepared(scratch: Engine) -> None:
    with pytest.raises(Unusable, match=r"^the database has no schema yet: run `cli.py db migrate`$"):
        check.require(scratch)
    check.prepare(scratch, upgrade=False)
    check.require(scratch)


def test_an_older_schema_is_refused_with_both_revisions(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "revision", lambda engine: ("0001", "0002"))
    with pytest.raises(Unusable, match="schema 0001, older than this build's 0002"):
        check.require(engine)
    with pytest.raises(Unusable, match="older"):
        check.prepare(engine, upgrade=False)


def test_a_schema_of_a_newer_build_is_refused(engine: Engine) -> None:
    have, want = revision(engine)
    assert have == want
    pretend(engine, "9999")
    try:
        with pytest.raises(Unusable, match=r"schema 9999, which this build .* does not know"):
            check.require(engine)
        with pytest.raises(Unusable, match="9999"):
            check.prepare(engine, upgrade=True)
    finally:
        pretend(engine, want)


def test_a_server_without_postgis_is_refused(scratch: Engine) -> None:
    """The catalogue's list of extensions is hidden behind an empty one."""
    name = scratch.url.database
    with scratch.begin() as connection:
        connection.execute(text("CREATE VIEW public.pg_available_extensions AS SELECT name FROM (VALUES ('')) AS none (name)"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog'))
    scratch.dispose()
    with pytest.raises(Unusable, match="has no PostGIS: install its postgis package there"):
        check.prepare(scratch, upgrade=True)


def test_a_too_old_server_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "OLDEST_SERVER", 99)
    with pytest.raises(Unusable, match=r"is PostgreSQL \d+: 99 or newer is needed"):
        check.require(engine)
