"""Whether a device is heard: by its own interval, or by what the source of its readings promises."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.devices import device
from data_access.tiles.devices import oddities
from indicators.metrics import HEARD

NOW = datetime(2031, 5, 1, 23, 0, tzinfo=UTC)       # a day that no other test tells of
SPOKE = NOW - timedelta(hours=20)


@pytest.fixture
def hourly(engine: Engine, town: City) -> Iterator[Engine]:
    """A sensor that speaks each hour and stands in one source's register; another source brought what it said 20 hours ago."""
    leaf = town.region("T111").region_id
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            CREATE TABLE observation_of_hearing PARTITION OF observation FOR VALUES FROM ('2031-05-01') TO ('2031-05-02')""")
        source = connection.execute(text("""
            INSERT INTO source (key, name_zh, name_en, owner, licence, kind)
            VALUES ('daily', '每日', 'Daily', 'x', 'x', 'iot') RETURNING source_id""")).scalar_one()
        bound = {"source": source, "spoke": SPOKE, "leaf": leaf}
        bound["batch"] = connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject) VALUES (:source, 'file', 'x.csv', 'observations')
            RETURNING batch_id"""), bound).scalar_one()
        bound["device"] = connection.execute(text("""
            INSERT INTO device (code, source_id, kind, name, region_id, geom, interval_s, last_at)
            VALUES ('HOURLY', 1, 'air', 'x', :leaf, ST_SetSRID(ST_MakePoint(0.004, 0.001), 4326), 3600, :spoke)
            RETURNING device_id"""), bound).scalar_one()
        connection.execute(text("INSERT INTO observation VALUES (:spoke, 10, :device, :batch, 1, 1)"), bound)
        connection.execute(text("INSERT INTO latest_observation VALUES (:device, 1, :spoke, 10)"), bound)
        connection.execute(text("INSERT INTO feed (source_id, subject) VALUES (:source, 'observation:pm25')"), bound)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE observation_of_hearing")
        for table, column in (("latest_observation", "device"), ("device", "device"), ("feed", "source"), ("batch", "source"),
                              ("source", "source")):
            connection.execute(text(f"DELETE FROM {table} WHERE {column}_id = :{column}"), bound)


@pytest.mark.parametrize(("seconds", "online"), [(86_400, True), (3_600, False), (None, False)])
def test_a_device_is_as_silent_as_its_source_promises(hourly: Engine, seconds: int | None, online: bool) -> None:
    """Twenty hours without a word: nothing odd where files come daily, silence where they come hourly or never more."""
    with hourly.begin() as connection:
        connection.execute(text("UPDATE source SET refresh_seconds = :seconds WHERE key = 'daily'"), {"seconds": seconds})
        counted = connection.execute(text(f"SELECT count(*) FROM device f WHERE code = 'HOURLY' AND {HEARD}"), {"at": NOW})
        assert counted.scalar_one() == online
    record = device(hourly, "HOURLY", NOW)
    assert (record.online(NOW), record.health(NOW)) == (online, "ok" if online else "offline")
    assert ("HOURLY" in oddities(hourly, NOW).codes) is not online
