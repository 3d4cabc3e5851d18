"""Shapes that stand in a column: as WKT, as WKB in hex or bytes, or as GeoJSON."""

import re
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from ingest.mapping.points import WRITTEN

PATTERNS = tuple((re.compile(pattern), read) for pattern, read in WRITTEN)


def drawn(column: "pd.Series[Any]") -> tuple["pd.Series[Any]", NDArray[np.bool_]]:
    """Each cell's shape, None where there is none; and which cells hold something that is no shape."""
    cells = [written(cell) for cell in column]
    shapes = pd.Series([one(cell) for cell in cells], column.index, dtype=object)
    return shapes, np.array([bool(cell) and shape is None for cell, shape in zip(cells, shapes, strict=True)], bool)


def written(cell: Any) -> str:
    """A cell as text."""
    if isinstance(cell, bytes):
        return cell.hex()
    return orjson.dumps(cell).decode() if isinstance(cell, dict) else cell.strip() if isinstance(cell, str) else ""


def one(text: str) -> shapely.Geometry | None:
    """One shape; None where the text is none."""
    for pattern, read in PATTERNS:
        if pattern.match(text):
            found: shapely.Geometry | None = read(np.array([text], object))[0]
            return found
    return None
