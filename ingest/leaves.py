"""The leaf regions of the city, ready to assign points to."""

import numpy as np
import shapely
from sqlalchemy import Connection, text

from geo.assign import Assigner


def leaves(connection: Connection) -> Assigner:
    """Read the regions without children that have a shape. Raises: ValueError when there are none."""
    rows = connection.execute(text("""
        SELECT region_id, ST_AsBinary(geom) AS shape
          FROM region r
         WHERE geom IS NOT NULL AND NOT EXISTS (SELECT 1 FROM region c WHERE c.parent_id = r.region_id)
         ORDER BY region_id""")).all()
    shapes = shapely.from_wkb([bytes(row.shape) for row in rows])
    return Assigner.from_geometries(np.array([row.region_id for row in rows], np.int32), shapes)
