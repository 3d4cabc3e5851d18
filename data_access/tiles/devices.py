"""Devices as marks by their health; which are silent or in alarm is judged once for all tiles."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.tiles.address import Address
from data_access.tiles.encoding import CROWDED_CELLS, INSIDE, MARK_PLACE, MARKS, PLACED, crowding, encode, frame
from geo import tiling
from indicators.hearing import heard

# Devices by what is wrong with them: ok 0, watch 1, offline 2, alarm 3.
WATCH, OFFLINE, ALARM = 1, 2, 3
SILENT = f"({heard('f', 'f.last_at', ':now')} IS NOT TRUE)"
DEVICE_MARKS = f"""
        SELECT (ARRAY['ok', 'watch', 'offline', 'alarm'])[rank + 1] AS health, n,
               CASE WHEN n = 1 THEN id END AS code, CASE WHEN n = 1 THEN kind END AS kind, {MARK_PLACE}
          FROM marks ORDER BY rank, n"""


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
            {"now": now}).all()
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
