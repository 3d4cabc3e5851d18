"""The city and its tree of regions, held in memory: a few thousand nodes, read at start."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text


class UnknownRegion(LookupError):
    """No region has this code."""


@dataclass(frozen=True)
class Level:
    """One level of the tree: 0 is the city."""

    number: int
    key: str
    name: Text


@dataclass(frozen=True)
class Region:
    """A node of the city's tree."""

    region_id: int
    parent_id: int | None
    level: int
    code: str
    name: Text
    area_km2: float | None
    bounds: tuple[float, float, float, float] | None  # west, south, east, north
    label: tuple[float, float] | None                 # lon, lat


@dataclass(frozen=True)
class City:
    """The city: its names, its clock, its levels and its tree."""

    key: str
    name: Text
    zone: ZoneInfo
    levels: tuple[Level, ...]
    rollup_level: int
    regions: dict[int, Region]
    codes: dict[str, int] = field(repr=False)
    children_of: dict[int, tuple[int, ...]] = field(repr=False)
    peopled: bool = True      # how many people live where is known

    @property
    def root(self) -> Region:
        """The city itself."""
        return next(region for region in self.regions.values() if region.parent_id is None)

    @cached_property
    def sizes(self) -> Counter[int]:
        """How many regions each level has."""
        return Counter(region.level for region in self.regions.values())

    def region(self, code: str) -> Region:
        """The region with this code. Raises: UnknownRegion."""
        if code not in self.codes:
            raise UnknownRegion(code)
        return self.regions[self.codes[code]]

    def children(self, region: Region) -> tuple[Region, ...]:
        """The regions right below, by code."""
        return tuple(self.regions[child] for child in self.children_of.get(region.region_id, ()))

    def path(self, region: Region) -> tuple[Region, ...]:
        """From the city down to the region."""
        steps = [region]
        while steps[0].parent_id is not None:
            steps.insert(0, self.regions[steps[0].parent_id])
        return tuple(steps)


def key(engine: Engine) -> str | None:
    """The key of the city that the database holds; None while no pack is loaded. Raises: DataUnavailable."""
    with reading(engine, "the city") as connection:
        found: str | None = connection.execute(sql("SELECT city_key FROM city")).scalar()
    return found


def load(engine: Engine) -> City | None:
    """Read the city; None while no pack is loaded. Raises: DataUnavailable."""
    with reading(engine, "the city") as connection:
        head = connection.execute(sql("""
            SELECT city_key, name_zh, name_en, time_zone, levels, rollup_level,
                   EXISTS (SELECT 1 FROM statistic WHERE key = 'population') AS peopled
              FROM city""")).first()
        rows = connection.execute(sql("""
            SELECT region_id, parent_id, level, code, name_zh, name_en, area_km2,
                   ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), ST_X(label_point), ST_Y(label_point)
              FROM region ORDER BY level, code""")).all()
    if head is None or not rows:
        return None
    regions = {
        row[0]: Region(row[0], row[1], row[2], row[3], Text(row[4], row[5]), row[6],
                       None if row[7] is None else (row[7], row[8], row[9], row[10]),
                       None if row[11] is None else (row[11], row[12]))
        for row in rows
    }
    children: dict[int, list[int]] = {}
    for region in regions.values():
        if region.parent_id is not None:
            children.setdefault(region.parent_id, []).append(region.region_id)
    return City(
        key=head.city_key, name=Text(head.name_zh, head.name_en), zone=ZoneInfo(head.time_zone),
        levels=tuple(Level(n, level["key"], Text(level["name_zh"], level["name_en"])) for n, level in enumerate(head.levels)),
        rollup_level=head.rollup_level, regions=regions,
        codes={region.code: region.region_id for region in regions.values()},
        children_of={parent: tuple(ids) for parent, ids in children.items()}, peopled=head.peopled,
    )
