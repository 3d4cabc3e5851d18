"""Objects through a mapping, as live doors hear them: what is inside goes by "a.b", and what no object has is empty."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from ingest.mapping.apply import OF_TABLES, Around, apply
from ingest.mapping.fitting import labelled, prepare
from ingest.mapping.mapped import Mapped
from ingest.mapping.spec import Mapping as Map
from ingest.rows import Field
from readers.objects import flat


def mapped(spec: Map, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], around: Around) -> Mapped:
    """What a mapping makes of objects, numbered from 1. Raises: MappingError when it does not fit them."""
    cells = [flat(row) for row in rows]
    names = list(dict.fromkeys([*(name for row in cells for name in row), *wanted(spec)]))
    columns = {name: column([row[name] if name in row else inner(whole, name) for row, whole in zip(cells, rows, strict=True)])
               for name in names}
    if spec.place is not None and spec.place.geometry is not None:
        columns[spec.place.geometry] = column([shape(text) for text in columns[spec.place.geometry]])
    prepare(spec, names, fields, around.folder)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(1, len(rows) + 1))
    return apply(spec, frame, fields, replace(around, table=""))


def wanted(spec: Map) -> set[str]:
    """Every column that the mapping names: a message may lack any of them."""
    values = [value for _, value in labelled(spec)]
    if spec.long is not None and spec.long.columns is not None:
        values += spec.long.columns.values()
    named = {name for value in values for name in value.named()} | {skip.column for skip in spec.skip_when}
    if spec.place is not None:
        region = spec.place.region
        named |= {name for name in (spec.place.geometry, *((region.column, region.parent) if region else ())) if name}
    return {name for name in named if not name.startswith("@") and name not in OF_TABLES}


def inner(row: Mapping[str, Any], path: str) -> str | None:
    """What stands at "a.b" of an object, where that is an object itself: as JSON; None where there is nothing."""
    at: Any = row
    for step in path.split("."):
        at = at.get(step) if isinstance(at, Mapping) else None
    return orjson.dumps(at).decode() if at and isinstance(at, Mapping) else None


def shape(written: Any) -> Any:
    """A shape written as GeoJSON or WKT; what is none stays as it is, for the mapping to tell."""
    if not isinstance(written, str):
        return written
    read = shapely.from_geojson if written.lstrip().startswith("{") else shapely.from_wkt
    try:
        with np.errstate(all="ignore"):
            return read(written)
    except shapely.errors.ShapelyError:
        return written


def column(values: Sequence[Any]) -> NDArray[Any]:
    """Cells of any kind: a list stays one cell."""
    made = np.empty(len(values), object)
    for at, value in enumerate(values):
        made[at] = value
    return made
