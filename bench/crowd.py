"""Fill a copy of a city until the map has much to show: `python -m bench.crowd --database URL [--devices 100000]`.

Devices are added as copies of those that are there, each at a lot of its own, with the newest values of the one it was copied
from; all of them speak now. Cases are left as they are, but those closed last are opened again until enough are open.
**What is added stays in the database: give it a copy, which nobody else writes to.**
"""

import argparse
import json

from data_access import engine as engines
from data_access.engine import Engine, sql

DEVICES = 100_000
OPEN_CASES = 50_000
CODE = "crowd-"


def crowd(engine: Engine, devices: int, open_cases: int) -> dict[str, int]:
    """Fill the copy, and say how much is in it. What is there already is not added again."""
    with engine.begin() as connection:
        missing = devices - int(connection.execute(sql("SELECT count(*) FROM device WHERE enabled")).scalar_one())
        if missing > 0:
            connection.execute(sql("""
                WITH old AS (
                        SELECT *, row_number() OVER (ORDER BY device_id) - 1 AS no, count(*) OVER () AS n
                          FROM device WHERE enabled AND NOT starts_with(code, :code)),
                    lot AS (
                        SELECT region_id, geom, row_number() OVER (ORDER BY md5(place_id::text)) - 1 AS no
                          FROM place WHERE kind = 'lot' AND geom IS NOT NULL LIMIT :missing)
                INSERT INTO device (code, source_id, kind, name, region_id, geom, interval_s, enabled, installed_at, last_at)
                SELECT :code || old.code || '-' || lot.no, old.source_id, old.kind, old.name, lot.region_id, lot.geom,
                       old.interval_s, old.enabled, old.installed_at, old.last_at
                  FROM lot JOIN old ON old.no = lot.no % old.n"""), {"code": CODE, "missing": missing})
            connection.execute(sql("""
                INSERT INTO latest_observation (device_id, property_id, observed_at, value)
                SELECT new.device_id, l.property_id, l.observed_at, l.value
                  FROM device new
                  JOIN device old ON old.code = regexp_replace(substr(new.code, length(:code) + 1), '-[0-9]+$', '')
                  JOIN latest_observation l ON l.device_id = old.device_id
                 WHERE starts_with(new.code, :code)
                ON CONFLICT DO NOTHING"""), {"code": CODE})
        connection.execute(sql("""
            WITH late AS (SELECT now() - max(last_at) AS by FROM device WHERE last_at < now())
            UPDATE device SET last_at = last_at + late.by FROM late"""))
        wanting = open_cases - int(connection.execute(sql("SELECT count(*) FROM city_case WHERE closed_at IS NULL")).scalar_one())
        if wanting > 0:
            connection.execute(sql("""
                UPDATE city_case SET closed_at = NULL, state = 'dispatched'
                 WHERE case_id IN (SELECT case_id FROM city_case WHERE closed_at IS NOT NULL
                                    ORDER BY closed_at DESC LIMIT :wanting)"""), {"wanting": wanting})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("device", "latest_observation", "city_case"):
            connection.execute(sql(f"VACUUM ANALYZE {table}"))
        return sizes(engine)


def sizes(engine: Engine) -> dict[str, int]:
    """What the map has to show."""
    with engine.connect() as connection:
        row = connection.execute(sql("""
            SELECT (SELECT count(*) FROM device WHERE enabled) AS devices,
                   (SELECT count(*) FROM city_case WHERE closed_at IS NULL) AS open_cases,
                   (SELECT count(*) FROM place WHERE kind = 'lot') AS lots,
                   (SELECT count(*) FROM region) AS regions""")).one()
    return {name: int(value) for name, value in row._mapping.items()}


def main() -> None:
    """Fill, and print what is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="the URL of a copy")
    parser.add_argument("--devices", type=int, default=DEVICES)
    parser.add_argument("--open-cases", type=int, default=OPEN_CASES)
    given = parser.parse_args()
    engine = engines.create(given.database, statement_timeout_ms=600_000)
    print(json.dumps(crowd(engine, given.devices, given.open_cases), indent=1))


if __name__ == "__main__":
    main()
