"""Which tiles there are: their layers, zooms and places, and the marks under which a browser keeps them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

from sqlalchemy import Engine

from data_access.city import City
from data_access.engine import reading, sql
from geo import tiling
from indicators.filters import BadFilter, Sieve, from_token, sieve, token
from indicators.scope import Filter

Layer = Literal["case", "device", "lot", "heat", "building", "vehicle"]
POINT_ZOOMS: dict[str, tuple[int, int]] = {"case": (6, 16), "device": (6, 16), "lot": (11, 16), "heat": (6, 14)}
VEHICLE_ZOOMS = (6, 16)
REGION_ZOOMS = (6, 13)
BUILDING_ZOOMS = (14, 16)
FORMAT = "3"                # what the tiles hold; another number empties every browser's cache
PAST = "at-"                # a version that stands for an instant
PICKED = "~"                # what follows in a version are the filters
GATHERED = "."              # what follows before them is the finest level that cases are gathered by


class UnknownTile(LookupError):
    """There is no such layer, or none at this zoom or place."""


@dataclass(frozen=True)
class Address:
    """One tile: layer (`region-<level>`, `case`, `device`, `lot`, `heat`, `building`, `vehicle`), zoom, column and row."""

    layer: str
    z: int
    x: int
    y: int


def region_version(city: City) -> str:
    """A mark that changes when the city's regions, their names or their places do."""
    digest = blake2b(FORMAT.encode(), digest_size=6)
    for region in city.regions.values():
        told = (region.region_id, region.parent_id, region.code, region.name, region.bounds, region.area_km2)
        digest.update(repr(told).encode())
    return digest.hexdigest()


def region_zooms(city: City, level: int) -> tuple[int, int]:
    """The zooms at which the regions of a level have tiles of their own."""
    extent = city.root.bounds
    return REGION_ZOOMS if extent is None else (tiling.first_zoom(extent, city.sizes[level], REGION_ZOOMS), REGION_ZOOMS[1])


def versions(
    engine: Engine, now: datetime, at: datetime | None = None, filters: tuple[Filter, ...] = (),
) -> dict[Layer, str]:
    """The marks under which the layers but the regions are to be asked for, now or as at a past instant.

    A case's is new with every batch of cases and every minute, as clocks run out; a device's every
    half minute, as devices fall silent; a lot's with every batch of places; the heat's every minute; a vehicle's with every
    batch of vehicles and every half minute. The past has one for good. Filters of cases are told after a tilde. A city
    without buildings, or without vehicles, has no such layer.
    Raises: DataUnavailable.
    Source: feed.
    """
    with reading(engine, "what is new on the map") as connection:
        rows = connection.execute(sql("""
            SELECT subject, (EXTRACT(EPOCH FROM max(last_received_at)) * 1000)::bigint AS at
              FROM feed WHERE subject IN ('case', 'place') OR subject IN ('building', 'vehicle') AND taken > 0
             GROUP BY subject""")).all()
    newest = {row.subject: row.at or 0 for row in rows}
    seconds = int(now.timestamp())
    picked = f"{PICKED}{token(filters)}" if filters else ""
    past = None if at is None else f"{PAST}{int(at.timestamp()):x}-{newest.get('case', 0):x}"
    made: dict[Layer, str] = {
        "case": (past or f"{newest.get('case', 0):x}-{seconds // 60:x}") + picked,
        "device": past or f"{seconds // 30:x}",
        "lot": f"{newest.get('place', 0):x}",
        "heat": (past or f"{seconds // 60:x}") + picked,
    }
    if "vehicle" in newest:
        made["vehicle"] = past or f"{newest['vehicle']:x}-{seconds // 30:x}"
    return made | ({"building": f"{newest['building']:x}"} if "building" in newest else {})


def instant(version: str) -> datetime | None:
    """The past instant that a version stands for; None for the live ones."""
    told = version.partition(PICKED)[0].removeprefix(PAST).partition("-")[0]
    if not version.startswith(PAST) or not told or set(told) - set("0123456789abcdef") or len(told) > 9:
        return None
    return datetime.fromtimestamp(int(told, 16), UTC)


def picked(version: str, now: datetime) -> Sieve:
    """Which cases the filters of a version let through. Raises: UnknownTile for what are no filters."""
    try:
        return sieve(from_token(version.partition(PICKED)[2]), now)
    except BadFilter as error:
        raise UnknownTile(version) from error


def gathered_by(version: str, level: int) -> str:
    """A version of cases gathered, far out, by no finer regions than those of a level: a map's colours and marks agree."""
    mark, filtered, filters = version.partition(PICKED)
    return f"{mark}{GATHERED}{level}{filtered}{filters}"


def finest(version: str) -> int | None:
    """The level that a version names as the finest; None where it leaves that to the zoom."""
    told = version.partition(PICKED)[0].partition(GATHERED)[2]
    return int(told) if told.isascii() and told.isdecimal() else None
