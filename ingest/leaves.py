"""The regions that points are assigned to: the finest that are drawn."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from geo.assign import Assigner


def leaves(connection: Connection) -> Assigner:
    """Read the regions that points are assigned to, as `finest` chooses them; none where no region is drawn."""
    rows = connection.execute(text("""
        SELECT region_id, parent_id, level, ST_AsBinary(geom) AS shape FROM region r
         WHERE geom IS NULL OR EXISTS (SELECT 1 FROM region c WHERE c.parent_id = r.region_id AND c.geom IS NULL)
            OR NOT EXISTS (SELECT 1 FROM region c WHERE c.parent_id = r.region_id)""")).all()
    shapes = np.array([None if row.shape is None else shapely.from_wkb(bytes(row.shape)) for row in rows], dtype=object)
    ids, parents, levels = (np.array([getattr(row, name) or 0 for row in rows], np.int32)
                            for name in ("region_id", "parent_id", "level"))
    return finest(ids, parents, levels, shapes)


def finest(
    ids: NDArray[np.int32], parents: NDArray[np.int32], levels: NDArray[np.int32], shapes: NDArray[np.object_]
) -> Assigner:
    """The drawn regions without children, and those of whose children one is not drawn: a point goes to the deepest around it."""
    drawn = shapely.get_type_id(shapes) >= 0
    chosen = np.flatnonzero(drawn & (~np.isin(ids, parents) | np.isin(ids, parents[~drawn])))
    order = chosen[np.lexsort((ids[chosen], -levels[chosen]))]
    made = Assigner.from_geometries(np.arange(len(order), dtype=np.int32), shapes[order])
    return replace(made, ids=ids[order]) if len(order) else made
