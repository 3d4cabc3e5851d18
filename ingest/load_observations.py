"""Observations from a file, one row a device and instant: an archive, whose devices no longer speak."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest import feeds
from ingest.convert import converted
from ingest.feeds import Heard
from ingest.load_parts import Dataset, Facts
from ingest.pack import Airport, Observations, Pack, Property
from ingest.partitions import ensure_partitions
from ingest.rejects import Rejects
from ingest.tables import numbers, patterned

PART_ROWS = 3_000


def dataset(pack: Pack, observations: Observations, regions: dict[str, int]) -> Dataset:
    """The file of observations, ready to load; `regions` are the airports'."""
    airports = {airport.code: airport for airport in pack.airports}
    limits = {one.key: one for one in pack.properties}

    def mapping(connection: Connection, source_id: int, part: pd.DataFrame) -> Facts:
        return take(connection, observations, airports, regions, limits, source_id, part)

    return Dataset(source=observations.source, name=observations.file.name, path=pack.path(observations.file),
                   table="observation", fact="observation", subject="observation", title=observations.job.title.text,
                   unit=observations.job.unit.text, mapping=mapping, part_rows=PART_ROWS)


def take(
    connection: Connection, observations: Observations, airports: dict[str, Airport], regions: dict[str, int],
    limits: dict[str, Property], source_id: int, part: pd.DataFrame
) -> Facts:
    """Map and check some rows. A value that cannot be true is left out and its row kept with the reason; its neighbours go in."""
    rejects = Rejects()
    device, at, sound = spoken(observations, airports, part, rejects)
    numbers_of = devices(connection, observations, airports, regions, source_id, device[sound], at[sound])
    properties = {row.key: row.property_id for row in connection.execute(sql("SELECT key, property_id FROM property"))}
    taken: list[dict[str, Any]] = []
    heard = {}
    for key, reading in observations.properties.items():
        values, told = measured(part[reading.column], reading.unit, limits[key], sound, rejects)
        good = sound & ~np.isnan(values)
        taken.append({
            "observed_at": at[good], "value": values[good], "device_id": device[good].map(numbers_of).to_numpy(np.int64),
            "row_no": part.index[good].to_numpy(), "property_id": np.full(int(good.sum()), properties[key])})
        heard[f"observation:{key}"] = Heard(int(good.sum()), told, feeds.newest(at[good]))
    columns = {name: np.concatenate([one[name] for one in taken]) for name in taken[0]}
    if len(columns["observed_at"]):
        ensure_partitions(connection, columns["observed_at"])
    return Facts(columns, rejects, heard)


def spoken(
    observations: Observations, airports: dict[str, Airport], part: pd.DataFrame, rejects: Rejects
) -> tuple["pd.Series[Any]", NDArray[np.datetime64], NDArray[np.bool_]]:
    """Each row's device, its UTC instant, and whether both are known and new in this part."""
    device = patterned(part, observations.device)
    at = pd.to_datetime(part[observations.observed_at], utc=True, errors="coerce", format="ISO8601")
    rejects.add_all(part.index[at.isna()], observations.observed_at, "time", "a time like 2013-01-01T10:00:00Z is needed")
    unknown = ~part[observations.airport].isin(list(airports))
    rejects.add_all(part.index[unknown], observations.airport, "unknown_airport", "the pack names no such airport")
    again = pd.DataFrame({"device": device, "at": at}).duplicated() & at.notna()
    rejects.add_all(part.index[again], observations.observed_at, "duplicate",
                    "the device speaks of this instant on an earlier line")
    return device, at.dt.tz_localize(None).to_numpy("datetime64[us]"), ~part.index.isin(list(rejects.reasons))


def measured(
    column: "pd.Series[Any]", unit: str | None, limits: Property, sound: NDArray[np.bool_], rejects: Rejects
) -> tuple[NDArray[np.float64], int]:
    """A property's values in its own unit, NaN where there is none or it cannot be true; and how many of the latter."""
    values, faulty = numbers(column)
    values = converted(values, unit)
    low = -np.inf if limits.minimum is None else limits.minimum
    high = np.inf if limits.maximum is None else limits.maximum
    beyond = (values < low) | (values > high)
    rejects.add_all(column.index[faulty & sound], str(column.name), "not_a_number", f"{limits.key} needs a number here")
    rejects.add_all(column.index[beyond & sound], str(column.name), "range",
                    f"{limits.key} lies between {low:g} and {high:g} {limits.unit}")
    return np.where(beyond, np.nan, values), int(((faulty | beyond) & sound).sum())


def devices(
    connection: Connection, observations: Observations, airports: dict[str, Airport], regions: dict[str, int], source_id: int,
    codes: "pd.Series[Any]", at: NDArray[np.datetime64]
) -> dict[str, int]:
    """The numbers of the file's devices; new ones are written, switched off, for they speak no more."""
    spans = pd.DataFrame({"code": codes.to_numpy(), "at": at}).groupby("code")["at"].agg(["min", "max"])
    coded = {observations.device.format(**{observations.airport: airport.code}): airport for airport in airports.values()}
    for code, (first, last) in zip(spans.index, spans.to_numpy(), strict=True):
        airport = coded[code]
        connection.execute(sql("""
            INSERT INTO device AS d (code, source_id, kind, name, region_id, geom, interval_s, enabled, installed_at, last_at)
            VALUES (:code, :source, :kind, :name, :region, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :interval, false,
                    :first, :last)
            ON CONFLICT (code) DO UPDATE
               SET installed_at = LEAST(d.installed_at, excluded.installed_at),
                   last_at = GREATEST(d.last_at, excluded.last_at)"""),
            {"code": code, "source": source_id, "kind": observations.kind, "name": airport.name, "region": regions[airport.code],
             "lon": airport.lon, "lat": airport.lat, "interval": observations.interval_s,
             "first": pd.Timestamp(first, tz="UTC").to_pydatetime(), "last": pd.Timestamp(last, tz="UTC").to_pydatetime()})
    rows = connection.execute(sql("SELECT code, device_id FROM device WHERE code = ANY(:codes)"), {"codes": list(spans.index)})
    return {row.code: row.device_id for row in rows}
