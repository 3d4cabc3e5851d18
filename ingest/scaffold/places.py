"""The middle of a table's points or shapes, in degrees."""

import re

import numpy as np
import pandas as pd
import shapely

from geo.projections import to_wgs84
from ingest.regions.rows import GEOMETRY
from ingest.scaffold.found import Found

LON = re.compile(r"^(lon|lng|long|longitude|x|.*经度|东经)$", re.IGNORECASE)
LAT = re.compile(r"^(lat|latitude|y|.*纬度|北纬)$", re.IGNORECASE)


def centre(table: Found, crs: str) -> tuple[float, float]:
    """The middle of a table's shapes, in degrees."""
    west, south, east, north = shapely.total_bounds(table.rows[GEOMETRY].to_numpy(object))
    lon, lat = to_wgs84(np.array([(west + east) / 2]), np.array([(south + north) / 2]), crs)
    return float(lon[0]), float(lat[0])


def middle(table: Found) -> tuple[float, float] | None:
    """The middle of a table's points; None where it has no columns of degrees."""
    found = []
    for called, most in ((LON, 180), (LAT, 90)):
        columns = [column for column in table.rows.columns if called.match(str(column))]
        values = pd.to_numeric(table.column(columns[0]), errors="coerce").dropna() if columns else pd.Series([], dtype=float)
        if not len(values) or values.abs().max() > most:
            return None
        found.append(float(values.median()))
    return found[0], found[1]
