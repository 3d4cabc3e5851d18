"""Vector tiles of what the map shows: regions, open cases, devices, vehicles, lots and buildings."""

from data_access.tiles.address import (
    BUILDING_ZOOMS,
    PICKED,
    POINT_ZOOMS,
    VEHICLE_ZOOMS,
    Address,
    UnknownTile,
    finest,
    gathered_by,
    instant,
    picked,
    region_version,
    region_zooms,
    versions,
)
from data_access.tiles.drawing import Tiles

__all__ = ["BUILDING_ZOOMS", "PICKED", "POINT_ZOOMS", "VEHICLE_ZOOMS", "Address", "Tiles", "UnknownTile", "finest", "gathered_by",
           "instant", "picked", "region_version", "region_zooms", "versions"]
