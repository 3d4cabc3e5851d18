"""Vector tiles of what the map shows: regions, open cases, devices, lots and buildings.

Marks that would overlap at a tile's zoom are drawn as one with a count, where the worst of them is. Far out
only the exceptions are drawn, of cases one mark a region at the place of its name. Points lie in exactly one
tile, so the counts of all tiles add up.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from math import cos, radians, sqrt
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.city import City, Region
from data_access.devices import SILENT_INTERVALS
from data_access.engine import reading, sql
from data_access.kept import Kept
from data_access.vehicles import STATES, Fleet, fleet
from geo import tiling
from indicators.clocks import DUE_SOON
from indicators.filters import BadFilter, Sieve, from_token, sieve, token
from indicators.scope import Filter

Layer = Literal["case", "device", "lot", "heat", "building", "vehicle"]
POINT_ZOOMS: dict[str, tuple[int, int]] = {"case": (6, 16), "device": (6, 16), "lot": (11, 16), "heat": (6, 14)}
VEHICLE_ZOOMS = (6, 16)
REGION_ZOOMS = (6, 13)
BUILDING_ZOOMS = (14, 16)
DENSITY_CELLS = 64
NEAR = 12                   # from here cases and devices stand where they are, and all of them are drawn
REGION_UNITS = 28           # a region of fewer units across is too small for a mark of its own
FINE_LOTS = 15              # from here every lot is its own point
EXTENT = 4096
REGION_EXTENT = 2048        # a quarter of a unit is fine enough for borders
REGION_BUFFER = 32
FORMAT = "3"                # what the tiles hold; another number empties every browser's cache
BUILDING_BYTES = 70_000     # of one tile's buildings, at most
FEATURE_BYTES, CORNER_BYTES = 32, 4     # what a building costs in a tile
PIXEL = 4                   # units of REGION_EXTENT: smaller footprints are not drawn, nor finer bends
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


class Tiles:
    """Draws the tiles of one city. Region shapes are simplified once a zoom and kept."""

    def __init__(self, engine: Engine, city: City) -> None:
        self.engine = engine
        self.city = city
        self.region_version = region_version(city)
        self._lock = threading.Lock()
        self._shapes = lru_cache(maxsize=None)(self._simplify)
        self._lots: Kept[tiling.Pyramid] = Kept(2)
        self._heat: Kept[tiling.Pyramid] = Kept(8)      # a version each minute and for each filter
        self._odd: Kept[Oddities] = Kept(2)
        self._fleet: Kept[Fleet] = Kept(2)

    def zooms(self, layer: str) -> tuple[int, int]:
        """The zooms at which a layer has tiles. Raises: UnknownTile."""
        if layer in POINT_ZOOMS:
            return POINT_ZOOMS[layer]
        if layer in ("building", "vehicle"):
            return BUILDING_ZOOMS if layer == "building" else VEHICLE_ZOOMS
        kind, _, level = layer.partition("-")
        if kind == "region" and level.isdecimal() and int(level) < len(self.city.levels):
            return region_zooms(self.city, int(level))
        raise UnknownTile(layer)

    def warm(self) -> None:
        """Simplify every level for its first zooms, so that the first viewer need not wait. Raises: DataUnavailable."""
        for level in range(len(self.city.levels)):
            first, last = region_zooms(self.city, level)
            for zoom in range(first, min(first + 1, last) + 1):
                self._shapes(level, zoom)

    def check(self, tile: Address) -> None:
        """Raises: UnknownTile unless the tile can be asked for."""
        first, last = self.zooms(tile.layer)
        if not first <= tile.z <= last or not tiling.exists(tile.z, tile.x, tile.y):
            raise UnknownTile(tile)

    def draw(self, tile: Address, version: str, now: datetime) -> bytes:
        """Encode one tile, live or as at the instant that the version stands for; empty where there is nothing.

        Of devices and vehicles only the newest values are at hand, so the past has none.
        Raises: UnknownTile; DataUnavailable.
        """
        self.check(tile)
        past = instant(version)
        extent = self.city.root.bounds
        if extent is None or not tiling.overlap(tiling.bounds(tile.z, tile.x, tile.y), extent):
            return b""
        through = picked(version, past or now)
        shown = Sieve(f"{CLOSED_SINCE if past else OPEN_NOW} AND {through.condition}", through.binds)
        if tile.layer == "case" and tile.z < NEAR:
            return late_by_region(self.engine, self.city, tile, past or now, shown, finest(version))
        if tile.layer == "case":
            return cases(self.engine, tile, past or now, shown)
        if tile.layer == "heat" and tile.z < NEAR:
            warm = self._heat.get(version, lambda: warmth(self.engine, past or now, shown))
            return squares(self.engine, warm, tile, "where open cases lie", "heat")
        if tile.layer == "heat":
            return heat(self.engine, tile, past or now, shown)
        if tile.layer == "device":
            return b"" if past else self.devices(tile, version, now)
        if tile.layer == "vehicle":
            return b"" if past else vehicle_marks(self.engine, self._fleet.get(version, lambda: fleet(self.engine, now)), tile)
        if tile.layer == "lot":
            return self.lots(tile, version)
        if tile.layer == "building":
            return buildings(self.engine, tile)
        return self.regions(tile, int(tile.layer.partition("-")[2]))

    def devices(self, tile: Address, version: str, now: datetime) -> bytes:
        """Devices by their health: far out only those silent or in alarm."""
        odd = self._odd.get(version, lambda: oddities(self.engine, now)).within(tile)
        return odd_devices(self.engine, odd, tile) if tile.z < NEAR else devices(self.engine, odd, tile)

    def regions(self, tile: Address, level: int) -> bytes:
        """The regions of a level: id the region's, properties code, name_zh, name_en."""
        with self._lock:
            regions, shapes, tree = self._shapes(level, tile.z)
        envelope = shapely.box(*envelope_metres(tile))
        found = sorted(tree.query(envelope))
        picked = [regions[at] for at in found]
        return encode(self.engine, f"regions of level {level}", """
            SELECT s.id, s.code, s.name_zh, s.name_en,
                   ST_AsMVTGeom(ST_GeomFromWKB(s.shape, 3857), ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true) AS geom
              FROM unnest(CAST(:ids AS int[]), CAST(:codes AS text[]), CAST(:zh AS text[]), CAST(:en AS text[]),
                          CAST(:shapes AS bytea[])) AS s(id, code, name_zh, name_en, shape)""", {
            "z": tile.z, "x": tile.x, "y": tile.y, "extent": REGION_EXTENT, "buffer": REGION_BUFFER,
            "ids": [region.region_id for region in picked], "codes": [region.code for region in picked],
            "zh": [region.name.zh for region in picked], "en": [region.name.en for region in picked],
            "shapes": [shapely.to_wkb(shapes[at]) for at in found],
        }, layer="region", identity="id")

    def lots(self, tile: Address, version: str) -> bytes:
        """Lots: counts by square (property n) far out, single points (property id) near by."""
        if tile.z >= FINE_LOTS:
            return single_lots(self.engine, tile)
        return squares(self.engine, self._lots.get(version, lambda: lot_cells(self.engine)), tile, "lots", "lot")

    def _simplify(self, level: int, zoom: int) -> tuple[Sequence[Region], NDArray[np.object_], shapely.STRtree]:
        """The regions of a level with their shapes at a zoom, and a tree to find them by."""
        with reading(self.engine, f"regions of level {level}") as connection:
            rows = connection.execute(sql("""
                SELECT region_id, ST_AsBinary(geom) FROM region
                 WHERE level = :level AND NOT ST_IsEmpty(geom) ORDER BY region_id"""), {"level": level}).all()
        known = [row for row in rows if row[0] in self.city.regions]
        shapes = tiling.simplified(shapely.from_wkb([bytes(row[1]) for row in known]), zoom)
        return [self.city.regions[row[0]] for row in known], shapes, shapely.STRtree(shapes)


# Where a point lies in the unit square of Web Mercator; plain arithmetic is ten times faster than ST_Transform.
COLUMN = "((ST_X(f.geom) + 180) / 360)"
ROW = "((1 - asinh(tan(radians(ST_Y(f.geom)))) / pi()) / 2)"
PLACED = f"{COLUMN} * :count - :x AS tx, {ROW} * :count - :y AS ty"
INSIDE = "f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
ONE_TILE = "tx >= 0 AND tx < 1 AND ty >= 0 AND ty < 1"

# Points of one rank in one square become one mark, which stands at the place of the worst of them: the greatest
# array is that of the latest. Far out a square shows its worst rank alone.
MARKS = f"""
    squares AS (
        SELECT rank, floor(tx * :cells) AS cx, floor(ty * :cells) AS cy, count(*)::int AS n,
               min(id) AS id, min(kind) AS kind, max(late) AS late,
               max(ARRAY[coalesce(late, 0)::double precision, tx, ty]) AS at
          FROM placed WHERE {ONE_TILE} AND rank >= :lowest GROUP BY 1, 2, 3),
    ranked AS (SELECT *, max(rank) OVER (PARTITION BY cx, cy) AS worst FROM squares),
    marks AS (SELECT rank, n, id, kind, late, at[2] AS tx, at[3] AS ty FROM ranked WHERE :every OR rank = worst)"""
MARK_PLACE = "ST_MakePoint(round(tx * :extent), round(ty * :extent)) AS geom"


# Devices by what is wrong with them: ok 0, watch 1, offline 2, alarm 3.
WATCH, OFFLINE, ALARM = 1, 2, 3
VEHICLE_CELLS = ((NEAR, 32), (NEAR + 2, 48))    # below these zooms a square across a tile by so many holds one vehicle
CROWDED_CELLS = 8           # squares across a tile in which far out all of a rank are one mark
SILENT = "(f.last_at IS NULL OR f.last_at < :now - make_interval(secs => :silent * f.interval_s))"
DEVICE_MARKS = f"""
        SELECT (ARRAY['ok', 'watch', 'offline', 'alarm'])[rank + 1] AS health, n,
               CASE WHEN n = 1 THEN id END AS code, CASE WHEN n = 1 THEN kind END AS kind, {MARK_PLACE}
          FROM marks ORDER BY rank, n"""

OPEN_NOW = "f.closed_at IS NULL"
CLOSED_SINCE = "(f.closed_at IS NULL OR f.closed_at > :now)"


def cases(engine: Engine, tile: Address, now: datetime, shown: Sieve) -> bytes:
    """Open cases: properties state (open, due_soon, overdue), n, and for a single one case_id and late (minutes)."""
    return encode(engine, "cases on the map", f"""
        WITH placed AS MATERIALIZED (
            SELECT f.case_id::text AS id, NULL::text AS kind,
                   CASE WHEN f.due_at IS NULL OR f.suspended_at <= :now THEN 0
                        WHEN f.due_at <= :now THEN 2
                        WHEN f.due_at <= :soon THEN 1
                        ELSE 0 END AS rank,
                   (EXTRACT(EPOCH FROM :now - f.due_at) / 60)::int AS late, {PLACED}
              FROM city_case f
             WHERE {shown.condition} AND f.reported_at <= :now AND {INSIDE}), {MARKS}
        SELECT (ARRAY['open', 'due_soon', 'overdue'])[rank + 1] AS state, n,
               CASE WHEN n = 1 THEN id END AS case_id, late, {MARK_PLACE}
          FROM marks ORDER BY rank, n""",
        {**frame(tile), **crowding(tile.z), "now": now, "soon": now + DUE_SOON, **shown.binds}, layer="case")


def late_by_region(engine: Engine, city: City, tile: Address, now: datetime, shown: Sieve, most: int | None = None) -> bytes:
    """Cases past their clock and those due soon, one mark of each a region: properties state, n, region (its code),
    name_zh, name_en.

    The regions are those of the finest level with room for a mark, but no finer than `most`; theirs are the tile's whose
    names stand in it.
    """
    room = gathering_level(city, tile.z)
    placed = named_in(city, room if most is None else min(room, most), tile)
    if not placed:
        return b""
    return encode(engine, "late cases by region", f"""
        WITH late AS (
            SELECT f.region_id, f.due_at <= :now AS over, count(*)::int AS n
              FROM city_case f
             WHERE {shown.condition} AND f.reported_at <= :now AND f.due_at <= :soon
               AND (f.suspended_at IS NULL OR f.suspended_at > :now)
             GROUP BY 1, 2)
        SELECT CASE WHEN over THEN 'overdue' ELSE 'due_soon' END AS state, sum(late.n)::int AS n,
               r.code AS region, r.name_zh, r.name_en, ST_MakePoint(r.tx, r.ty) AS geom
          FROM unnest(CAST(:ids AS int[]), CAST(:codes AS text[]), CAST(:zh AS text[]), CAST(:en AS text[]),
                      CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS r(id, code, name_zh, name_en, tx, ty)
          JOIN region_ancestor up ON up.ancestor_id = r.id
          JOIN late ON late.region_id = up.region_id
         GROUP BY over, r.code, r.name_zh, r.name_en, r.tx, r.ty
         ORDER BY over, n""", {
        "now": now, "soon": now + DUE_SOON, **shown.binds,
        "ids": [region.region_id for region, _ in placed], "codes": [region.code for region, _ in placed],
        "zh": [region.name.zh for region, _ in placed], "en": [region.name.en for region, _ in placed],
        "xs": [round(x * EXTENT) for _, (x, _) in placed], "ys": [round(y * EXTENT) for _, (_, y) in placed],
    }, layer="case")


def gathering_level(city: City, z: int) -> int:
    """The finest level whose regions are wide enough for a mark each at a zoom, were they all alike."""
    area = city.root.area_km2 or 0.0
    middle = 0.0 if city.root.label is None else city.root.label[1]
    km_a_unit = tiling.EARTH_M / 1000 * cos(radians(middle)) / (512 << z)
    counts = Counter(region.level for region in city.regions.values())
    wide = [level for level, count in counts.items() if sqrt(area / count) >= REGION_UNITS * km_a_unit]
    return max(wide, default=0)


def named_in(city: City, level: int, tile: Address) -> list[tuple[Region, tuple[float, float]]]:
    """The regions of a level whose names stand in a tile, each with where: 0 … 1 from the north-west corner."""
    regions = [(region, region.label) for region in city.regions.values() if region.level == level and region.label is not None]
    places = tiling.unit_square(np.array([label for _, label in regions]).reshape(-1, 2)) * (1 << tile.z) - (tile.x, tile.y)
    inside: NDArray[np.bool_] = np.all((places >= 0) & (places < 1), axis=1)
    return [(region, (float(x), float(y))) for (region, _), (x, y), here in zip(regions, places, inside, strict=True) if here]


def warmth(engine: Engine, now: datetime, shown: Sieve) -> tiling.Pyramid:
    """Open cases over the finest grid that heat needs far out: reading it once is what one tile of the city costs."""
    return cells(engine, "where open cases lie", NEAR - 1, "city_case", f"{shown.condition} AND f.reported_at <= :now",
                 {"now": now, **shown.binds})


def lot_cells(engine: Engine) -> tiling.Pyramid:
    """Lots over the finest grid that their density needs."""
    return cells(engine, "lots", FINE_LOTS - 1, "place", "f.kind = 'lot'", {})


def cells(engine: Engine, what: str, z: int, table: str, condition: str, binds: Mapping[str, object]) -> tiling.Pyramid:
    """Count a table's points in the squares of all tiles of a zoom, for that zoom and those farther out."""
    zoom = z + DENSITY_CELLS.bit_length() - 1
    with reading(engine, what) as connection:
        rows = connection.execute(sql(f"""
            SELECT floor({COLUMN} * :count)::bigint, floor({ROW} * :count)::bigint, count(*)
              FROM {table} f WHERE {condition} AND f.geom IS NOT NULL
             GROUP BY 1, 2 ORDER BY 2, 1"""), {"count": 1 << zoom, **binds}).all()
    column, row, n = (np.array([line[at] for line in rows], dtype=np.int64) for at in range(3))
    return tiling.Pyramid(zoom, column, row, n)


def squares(engine: Engine, pyramid: tiling.Pyramid, tile: Address, what: str, layer: str) -> bytes:
    """A tile's counts by square (property n), each at its middle."""
    column, row, n = pyramid.tile(tile.z, tile.x, tile.y, DENSITY_CELLS)
    return encode(engine, what, """
        SELECT n, ST_MakePoint((c + 0.5) * :width, (r + 0.5) * :width) AS geom
          FROM unnest(CAST(:columns AS int[]), CAST(:rows AS int[]), CAST(:counts AS int[])) AS cell(c, r, n)""", {
        "width": EXTENT / DENSITY_CELLS, "columns": column.tolist(), "rows": row.tolist(), "counts": n.tolist()}, layer=layer)


def heat(engine: Engine, tile: Address, now: datetime, shown: Sieve) -> bytes:
    """Where open cases lie, in fine squares: property n, each at the middle of its cases."""
    return encode(engine, "where open cases lie", f"""
        WITH placed AS MATERIALIZED (
            SELECT {PLACED} FROM city_case f WHERE {shown.condition} AND f.reported_at <= :now AND {INSIDE})
        SELECT count(*)::int AS n, ST_MakePoint(round(avg(tx) * :extent), round(avg(ty) * :extent)) AS geom
          FROM placed WHERE {ONE_TILE} GROUP BY floor(tx * :cells), floor(ty * :cells)""",
        {**frame(tile), "cells": DENSITY_CELLS, "now": now, **shown.binds}, layer="heat")


@dataclass(frozen=True)
class Oddities:
    """Devices with which something is wrong: who, where (unit square, or a tile's), of which kind, and what (ranks)."""

    ids: NDArray[np.int64]
    places: NDArray[np.float64]
    ranks: NDArray[np.int64]
    codes: NDArray[np.object_]
    kinds: NDArray[np.object_]

    def within(self, tile: Address) -> "Oddities":
        """Those of a tile, placed in it."""
        places = self.places * (1 << tile.z) - (tile.x, tile.y)
        inside = np.all((places >= 0) & (places < 1), axis=1)
        return self._only(inside, places)

    def gathered(self, cells: int, lowest: int) -> tuple["Oddities", NDArray[np.int64]]:
        """One of each rank from the lowest in each square of a tile, and how many it stands for: the one farthest east."""
        meant = self._only(self.ranks >= lowest, self.places)
        square = np.floor(meant.places * cells).astype(np.int64)
        order = np.lexsort((meant.places[:, 1], meant.places[:, 0], square[:, 1], square[:, 0], meant.ranks))
        groups = np.column_stack([meant.ranks, square])[order]
        last = np.append(np.any(groups[1:] != groups[:-1], axis=1), True).nonzero()[0] if len(order) else order
        return meant._only(order[last], meant.places), np.diff(last, prepend=-1)

    def _only(self, which: NDArray[np.bool_] | NDArray[np.int64], places: NDArray[np.float64]) -> "Oddities":
        """Some of them, at places of their own."""
        return Oddities(self.ids[which], places[which], self.ranks[which], self.codes[which], self.kinds[which])


def oddities(engine: Engine, now: datetime) -> Oddities:
    """The devices of the whole city that are silent, in alarm or to be watched: once for all tiles of a version, as judging
    those of one tile by themselves costs as much."""
    with reading(engine, "devices on the map") as connection:
        rows = connection.execute(sql(f"""
            WITH told AS (
                SELECT l.device_id, max(CASE WHEN side.sign * l.value >= side.sign * p.alarm THEN {ALARM} ELSE {WATCH} END) rank
                  FROM property p
                  CROSS JOIN LATERAL (SELECT CASE WHEN p.low_is_bad THEN -1 ELSE 1 END AS sign) AS side
                  JOIN latest_observation l USING (property_id)
                 WHERE side.sign * l.value >= side.sign * p.watch OR side.sign * l.value >= side.sign * p.alarm
                 GROUP BY 1)
            SELECT f.device_id, ST_X(f.geom), ST_Y(f.geom), CASE WHEN {SILENT} THEN {OFFLINE} ELSE told.rank END, f.code, f.kind
              FROM device f LEFT JOIN told USING (device_id)
             WHERE f.enabled AND f.geom IS NOT NULL AND ({SILENT} OR told.rank IS NOT NULL)"""),
            {"now": now, "silent": SILENT_INTERVALS}).all()
    ids, xs, ys, ranks, codes, kinds = ([row[at] for row in rows] for at in range(6))
    return Oddities(np.array(ids, dtype=np.int64), tiling.unit_square(np.array([xs, ys], dtype=float).T.reshape(-1, 2)),
                    np.array(ranks, dtype=np.int64), np.array(codes, dtype=object), np.array(kinds, dtype=object))


def odd_devices(engine: Engine, odd: Oddities, tile: Address) -> bytes:
    """Far out: those silent or in alarm, with the properties that devices have near by. They are gathered here: where a whole
    network is silent they are as many as there are devices."""
    marks, n = odd.gathered(CROWDED_CELLS, OFFLINE)
    return encode(engine, "devices on the map", f"""
        WITH marks AS (
            SELECT m.id, m.kind, m.rank, m.n, m.tx, m.ty
              FROM unnest(CAST(:ids AS text[]), CAST(:kinds AS text[]), CAST(:ranks AS int[]), CAST(:n AS int[]),
                          CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS m(id, kind, rank, n, tx, ty)){DEVICE_MARKS}""", {
        "ids": marks.codes.tolist(), "kinds": marks.kinds.tolist(), "ranks": marks.ranks.tolist(), "n": n.tolist(),
        "xs": marks.places[:, 0].tolist(), "ys": marks.places[:, 1].tolist()}, layer="device")


def devices(engine: Engine, odd: Oddities, tile: Address) -> bytes:
    """Devices near by: properties health (ok, watch, offline, alarm), n, and for a single one code and kind."""
    return encode(engine, "devices on the map", f"""
        WITH placed AS MATERIALIZED (
            SELECT f.code AS id, f.kind, coalesce(odd.rank, 0) AS rank, NULL::int AS late, {PLACED}
              FROM device f
              LEFT JOIN unnest(CAST(:ids AS int[]), CAST(:ranks AS int[])) AS odd(id, rank) ON odd.id = f.device_id
             WHERE f.enabled AND {INSIDE}), {MARKS}{DEVICE_MARKS}""",
        {**frame(tile), **crowding(tile.z), "ids": odd.ids.tolist(), "ranks": odd.ranks.tolist()}, layer="device")


def vehicle_marks(engine: Engine, every: Fleet, tile: Address) -> bytes:
    """Vehicles: properties id, state (stale, running, late), line, headsign, bearing, delay (seconds), at (epoch), and n.

    Near by all of them; farther out one of each small square, which says only how it stands and how many are there.
    """
    here = every.within(tile.z, tile.x, tile.y)
    cells = next((cells for zoom, cells in VEHICLE_CELLS if tile.z < zoom), None)
    shown, n = (here, np.ones(len(here.ids), np.int64)) if cells is None else here.thinned(cells)
    return encode(engine, "vehicles on the map", """
        SELECT v.state, v.n, v.id, v.line, v.headsign, v.bearing, v.delay, v.at,
               ST_MakePoint(round(v.tx * :extent), round(v.ty * :extent)) AS geom
          FROM unnest(CAST(:states AS text[]), CAST(:n AS int[]), CAST(:ids AS text[]), CAST(:lines AS text[]),
                      CAST(:headsigns AS text[]), CAST(:bearings AS int[]), CAST(:delays AS int[]), CAST(:at AS bigint[]),
                      CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS v(state, n, id, line, headsign, bearing, delay, at, tx, ty)
         ORDER BY v.at""", {
        "states": [STATES[one] for one in shown.states], "n": n.tolist(), "xs": shown.places[:, 0].tolist(),
        "ys": shown.places[:, 1].tolist(), "ids": named(shown.ids, n), "lines": named(shown.lines, n),
        "headsigns": named(shown.headsigns, n), "bearings": named(shown.bearings, n), "delays": named(shown.delays, n),
        "at": named(shown.instants, n)}, layer="vehicle")


def named(values: NDArray[Any], n: NDArray[np.int64]) -> list[Any]:
    """What a mark says of itself: nothing where it stands for several."""
    return [value if alone == 1 else None for value, alone in zip(values.tolist(), n.tolist(), strict=True)]


def single_lots(engine: Engine, tile: Address) -> bytes:
    """Every lot of a tile; its number only where lots are far enough apart to be pointed at."""
    return encode(engine, "lots", f"""
        WITH placed AS MATERIALIZED (SELECT f.place_id::text AS id, {PLACED} FROM place f WHERE f.kind = 'lot' AND {INSIDE})
        SELECT 1 AS n, CASE WHEN :named THEN id END AS id, {MARK_PLACE}
          FROM placed WHERE {ONE_TILE}""", {**frame(tile), "named": tile.z >= POINT_ZOOMS["lot"][1]}, layer="lot")


def buildings(engine: Engine, tile: Address) -> bytes:
    """Footprints with their height in metres; where there is no room for all, the largest stand."""
    unit_m = tiling.EARTH_M / (1 << tile.z) / REGION_EXTENT
    return encode(engine, "buildings", f"""
        WITH near AS MATERIALIZED (
            SELECT f.building_id, f.height_m, ST_Transform(f.geom, 3857) AS shape FROM building f WHERE {INSIDE}),
        drawn AS (
            SELECT building_id, height_m, ST_Area(shape) AS area,
                   ST_AsMVTGeom(ST_SimplifyPreserveTopology(shape, :finest), ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true)
                   AS geom
              FROM near WHERE ST_Area(shape) >= :least),
        weighed AS (
            SELECT *, sum(CAST(:feature AS int) + CAST(:corner AS int) * ST_NPoints(geom))
                      OVER (ORDER BY area * height_m DESC, building_id) AS bytes
              FROM drawn WHERE geom IS NOT NULL)
        SELECT round(height_m::numeric, 1)::float8 AS height, geom FROM weighed WHERE bytes <= :most""", {
        **frame(tile), "z": tile.z, "extent": REGION_EXTENT, "buffer": REGION_BUFFER, "finest": unit_m,
        "least": (PIXEL * unit_m) ** 2, "feature": FEATURE_BYTES, "corner": CORNER_BYTES, "most": BUILDING_BYTES},
        layer="building")


def crowding(z: int) -> dict[str, object]:
    """How many squares a tile's marks are gathered in, which ranks are drawn, and whether every rank keeps its mark."""
    return {"cells": CROWDED_CELLS if z < 13 else 16 if z < 14 else 32, "lowest": 0, "every": z >= 13}


def frame(tile: Address) -> dict[str, object]:
    """What a statement needs to know of its tile."""
    west, south, east, north = tiling.bounds(tile.z, tile.x, tile.y)
    return {"count": 1 << tile.z, "x": tile.x, "y": tile.y, "west": west, "south": south, "east": east, "north": north}


def envelope_metres(tile: Address) -> tuple[float, float, float, float]:
    """A tile's edges with its buffer, in EPSG:3857."""
    width = tiling.EARTH_M / (1 << tile.z)
    west, north = tile.x * width - tiling.EARTH_M / 2, tiling.EARTH_M / 2 - tile.y * width
    buffer = width * REGION_BUFFER / REGION_EXTENT
    return west - buffer, north - width - buffer, west + width + buffer, north + buffer


def encode(engine: Engine, what: str, statement: str, parameters: dict[str, object], *, layer: str,
           identity: str | None = None) -> bytes:
    """Run a statement of this module's own and encode its rows as one layer; empty without rows."""
    named = ", 'id'" if identity else ""
    with reading(engine, what) as connection:
        tile = connection.execute(
            sql(f"SELECT ST_AsMVT(mark, :layer, :extent, 'geom'{named}) FROM ({statement}) AS mark WHERE geom IS NOT NULL"),
            {"extent": EXTENT, "layer": layer, **parameters}).scalar_one()
    return bytes(tile or b"")
