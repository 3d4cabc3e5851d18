"""Buildings: a footprint and how high it stands; sent again, they are brought up to date."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.boundaries import mended
from ingest.batch import Batch, Stored
from ingest.changes import take
from ingest.completion import Completed
from ingest.feeds import NEVER
from ingest.mapping.points import Shapes, one_point, shapes_of
from ingest.messages import numbered
from ingest.places import locate
from ingest.records import own

BUILDING = Completed("building", "building_id", ("name", "height_m", "ground_m", "storeys", "region_id", "geom"))


def store(batch: Batch) -> Stored:
    """Take a batch of buildings; each belongs where a point inside its footprint lies."""
    shapes = footprints(batch)
    lon, lat = one_point(shapes)
    drawn = ~np.isnan(lon)
    placed = replace(batch, table=batch.table | {
        "lon": np.where(drawn, lon, batch.table["lon"]), "lat": np.where(drawn, lat, batch.table["lat"])})
    regions = locate(placed)
    ids = numbered(batch.source.key, batch.table["id"])

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        return own(placed, BUILDING, rows, ids, regions) | {"geom": shapes[rows]}

    taken, seen = take(placed, "building", BUILDING, ids, columns)
    return Stored(taken, seen, {"building": batch.heard(taken, batch.received_at if taken else NEVER)})


def footprints(batch: Batch) -> Shapes:
    """The footprints as valid multipolygons, None where there is none: such a row is refused; one that was mended is marked."""
    texts = batch.table["footprint"]
    read, _ = shapes_of(pa.array(texts, pa.string(), from_pandas=True))
    bounds = np.abs(shapely.bounds(read))
    read[~((bounds[:, 0::2] <= 180) & (bounds[:, 1::2] <= 90)).all(axis=1)] = None
    found = mended(shapely.force_2d(read))
    there = np.array([text is not None for text in texts], bool)
    nothing = np.array([shape is None for shape in found.shapes], bool)
    batch.rejects.add_all(np.flatnonzero(there & nothing), "footprint", "type",
                          "footprint is no area: a polygon in degrees was expected, as WKT, WKB in hex or GeoJSON")
    batch.marks.add_all(found.invalid, "footprint", "invalid", "the footprint crosses itself; it was made valid")
    return found.shapes
