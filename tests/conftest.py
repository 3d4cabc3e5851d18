"""A real PostGIS for every test that needs one, and a small town whose numbers fit in the head."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text

from data_access import engine as engines
from data_access.city import City
from data_access.city import load as load_city
from schema.migration import migrate

settings.register_profile("untimed", deadline=None)   # a slow machine is no failure; bench/ measures
settings.load_profile("untimed")

NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # a Wednesday, noon in New York


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL with PostGIS: TEST_DATABASE_URL, or a private cluster for this run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    from cluster.private import running

    with running("test") as url:
        yield url


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a migrated, empty database to copy."""
    name = f"tonglan_template_{uuid.uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    fresh = create_engine(server_url(server, name))
    migrate(fresh)
    fresh.dispose()
    yield name
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="module")
def database_url(server: str, template: str) -> Iterator[str]:
    """The URL of an empty migrated database of this module's own."""
    name = f"tonglan_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield server_url(server, name)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the module's database."""
    made = engines.create(database_url, statement_timeout_ms=20000)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def town(engine: Engine) -> City:
    """Smalltown: 2 districts of 2 streets of 2 blocks, each block a square of 0.01 degrees.

    Codes: T; T1, T2; T11 … T22; T111 … T222. West to east on the equator from (0, 0): block k
    (0 … 7) covers lon k/100 … (k+1)/100, lat 0 … 0.01. Its clock is New York's; rollups reach
    level 1, so districts are read from rollups, streets and blocks from facts.
    Source `test` (token "secret") and a source `sim` (simulated) exist; so do agency A1 (city),
    class `pothole` (due in 24 h) and `noise`, device kinds `air` and `water`, properties
    pm25 (watch 75, alarm 150, 0 … 1000) and level (watch 2, alarm 3).
    """
    import hashlib

    secret = hashlib.sha256(b"secret").hexdigest()
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            INSERT INTO city (city_key, name_zh, name_en, time_zone, levels, rollup_level) VALUES
            ('smalltown', '小城', 'Smalltown', 'America/New_York',
             '[{"key":"city","name_zh":"全市","name_en":"City"},{"key":"district","name_zh":"区","name_en":"District"},
               {"key":"street","name_zh":"街道","name_en":"Street"},{"key":"block","name_zh":"网格","name_en":"Block"}]', 1)""")
        blocks = [(f"T{d}{s}{b}", (d - 1) * 4 + (s - 1) * 2 + b - 1) for d in (1, 2) for s in (1, 2) for b in (1, 2)]
        codes = ["T", "T1", "T2", "T11", "T12", "T21", "T22", *(code for code, _ in blocks)]
        for number, code in enumerate(codes, start=1):
            inside = [k for block, k in blocks if block.startswith(code)]
            connection.execute(text("""
                INSERT INTO region (region_id, parent_id, level, code, name_zh, name_en, geom, label_point, area_km2)
                SELECT :id, (SELECT region_id FROM region WHERE code = :parent), :level, :code, '甲' || :code, 'Area ' || :code,
                       ST_Multi(box), ST_Centroid(box), :area
                  FROM (SELECT ST_MakeEnvelope(:west, 0, :east, 0.01, 4326) AS box) AS shape"""), {
                "id": number, "parent": code[:-1], "level": len(code) - 1, "code": code,
                "west": min(inside) / 100, "east": (max(inside) + 1) / 100, "area": float(len(inside))})
        connection.exec_driver_sql("""
            INSERT INTO region_ancestor
            WITH RECURSIVE up AS (
                SELECT region_id, region_id AS ancestor_id, level, parent_id FROM region
                UNION ALL
                SELECT up.region_id, r.region_id, r.level, r.parent_id FROM up JOIN region r ON r.region_id = up.parent_id)
            SELECT region_id, ancestor_id, level FROM up""")
        connection.execute(text("""
            INSERT INTO source (key, name_zh, name_en, owner, licence, kind, simulated, refresh_seconds, token_hash) VALUES
            ('test', '测试', 'Test', 'Town hall', 'CC0-1.0', 'business', false, 600, :secret),
            ('sim', '模拟', 'Simulation', 'Simulator', 'CC0-1.0', 'iot', true, 60, NULL)"""), {"secret": secret})
        connection.exec_driver_sql("""
            INSERT INTO agency (code, name_zh, name_en, region_id, source_id) VALUES ('A1', '道路养护', 'Roads', 1, 1);
            INSERT INTO case_class (code, name_zh, name_en, due_hours) VALUES
                ('pothole', '路面坑洞', 'Pothole', 24), ('noise', '噪声扰民', 'Noise', NULL);
            INSERT INTO device_kind VALUES ('air', '空气站', 'Air station'), ('water', '水位计', 'Water gauge');
            INSERT INTO property (key, name_zh, name_en, unit, watch, alarm, minimum, maximum) VALUES
                ('pm25', 'PM2.5', 'PM2.5', 'µg/m³', 75, 150, 0, 1000), ('level', '水位', 'Water level', 'm', 2, 3, -5, 50)""")
    city = load_city(engine)
    assert city is not None
    return city


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many malformed inputs were tried, where many were asked for."""
    from tests.hostile import TRIED, asked

    if asked() is not None and TRIED:
        terminalreporter.write_line("tried: " + ", ".join(f"{count:,} {what}" for what, count in TRIED.items()))


def server_url(server: str, database: str) -> str:
    """The same server, another database."""
    from sqlalchemy import make_url

    return make_url(server).set(database=database).render_as_string(hide_password=False)
