"""Where a city lies, by whatever files say it in degrees; and the coordinate systems of shapes whose files do not say theirs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from geo.strays import Box
from ingest.mapping.hints import projections
from ingest.regions.rows import GEOMETRY
from ingest.scaffold.found import DEGREES, Found
from ingest.scaffold.places import centre, middle

AROUND = 0.7        # degrees around a middle that a city may reach


def near(tables: Sequence[Found]) -> Box | None:
    """The degrees around a city, from the first file that has points or shapes in a system that is known."""
    drawn = [centre(table, table.guess.crs) for table in tables if table.drawn and table.guess.crs is not None]
    middles = drawn or [point for table in tables if (point := middle(table)) is not None]
    if not middles:
        return None
    lon, lat = middles[0]
    return Box(lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND)


def fitted(tables: Sequence[Found]) -> list[Found]:
    """The tables; shapes that name no system with the one that puts them among what other files have in degrees."""
    box = near(tables)
    return [replace(table, fits=fitting(table, box)) if table.drawn and table.guess.crs is None else table for table in tables]


def fitting(table: Found, box: Box | None) -> str | None:
    """The system that a table's shapes are likeliest in; None where nothing tells."""
    shapes = table.rows[GEOMETRY].to_numpy(object)
    points = shapely.centroid(shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)])
    x, y = shapely.get_x(points), shapely.get_y(points)
    if not len(points) or pd.isna(x).any():
        return None
    if (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all():
        return DEGREES
    found = [] if box is None else projections(x, y, box, ())
    return found[0][0] if found else None
