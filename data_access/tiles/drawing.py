"""The tiles of one city, drawn; what is the same for many of them is read once and kept."""

import threading
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Engine

from data_access.city import City
from data_access.kept import Kept
from data_access.tiles import density
from data_access.tiles.address import (
    BUILDING_ZOOMS,
    POINT_ZOOMS,
    VEHICLE_ZOOMS,
    Address,
    UnknownTile,
    finest,
    instant,
    picked,
    region_version,
    region_zooms,
)
from data_access.tiles.areas import Outlines, buildings, outlines, regions
from data_access.tiles.cases import CLOSED_SINCE, OPEN_NOW, cases, late_by_region
from data_access.tiles.devices import Oddities, devices, odd_devices, oddities
from data_access.tiles.encoding import NEAR
from data_access.tiles.vehicles import vehicle_marks
from data_access.vehicles import Fleet, fleet
from geo import tiling
from indicators.filters import Sieve


class Tiles:
    """Draws the tiles of one city."""

    def __init__(self, engine: Engine, city: City) -> None:
        self.engine = engine
        self.city = city
        self.region_version = region_version(city)
        self._lock = threading.Lock()
        self._outlines = lru_cache(maxsize=None)(self._simplified)
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
        if tile.layer == "heat":
            return self._warm(tile, version, past or now, shown)
        if tile.layer in ("device", "vehicle"):
            return b"" if past else self._reporting(tile, version, now)
        if tile.layer == "lot":
            return self._lot(tile, version)
        if tile.layer == "building":
            return buildings(self.engine, tile)
        with self._lock:
            drawn = self._outlines(int(tile.layer.partition("-")[2]), tile.z)
        return regions(self.engine, drawn, tile)

    def _warm(self, tile: Address, version: str, now: datetime, shown: Sieve) -> bytes:
        """Where open cases lie: counts by square far out, finer ones near by."""
        if tile.z >= NEAR:
            return density.heat(self.engine, tile, now, shown)
        every = self._heat.get(version, lambda: density.warmth(self.engine, now, shown))
        return density.squares(self.engine, every, tile, "where open cases lie", "heat")

    def _reporting(self, tile: Address, version: str, now: datetime) -> bytes:
        """Devices by their health, far out only those silent or in alarm; or vehicles."""
        if tile.layer == "vehicle":
            return vehicle_marks(self.engine, self._fleet.get(version, lambda: fleet(self.engine, now)), tile)
        odd = self._odd.get(version, lambda: oddities(self.engine, now)).within(tile)
        return odd_devices(self.engine, odd, tile) if tile.z < NEAR else devices(self.engine, odd, tile)

    def _lot(self, tile: Address, version: str) -> bytes:
        """Lots: counts by square (property n) far out, single points (property id) near by."""
        if tile.z >= density.FINE_LOTS:
            return density.single_lots(self.engine, tile)
        every = self._lots.get(version, lambda: density.lot_cells(self.engine))
        return density.squares(self.engine, every, tile, "lots", "lot")

    def _simplified(self, level: int, zoom: int) -> Outlines:
        """The outlines of a level at a zoom."""
        return outlines(self.engine, self.city, level, zoom)
