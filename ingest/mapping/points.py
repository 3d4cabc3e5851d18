"""Points from one column: geometries, WKT, WKB, GeoJSON, or pairs of numbers or degrees."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo import degrees
from ingest.mapping import numbers
from ingest.mapping.cells import written
from ingest.mapping.evaluate import Context, origin, source
from ingest.mapping.faults import Fault, Faults
from ingest.mapping.values import Reading, Value
from ingest.mapping.words import worked

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Shapes = NDArray[np.object_]
POINT = 0                                  # shapely's number of the type
UNSAID, EAST, NORTH = -1, 0, 1             # which axis a half of a pair says that it is
EXPECTED = "which is no point such as 31.2, 121.5 or POINT(121.5 31.2)"


@dataclass(frozen=True)
class Points:
    """A coordinate for every row, NaN where there is none, and what is wrong; and the shapes that they are points of, if any."""

    x: Floats
    y: Floats
    faults: tuple[Fault, ...]
    shapes: Shapes | None = None


def of_geometries(geometries: Shapes, name: str) -> Points:
    """A point of each geometry: the point itself, or one inside the line or area."""
    x, y = one_point(geometries)
    told = [written(cell) if nowhere else None for cell, nowhere in zip(geometries, np.isnan(x), strict=True)]
    faults = Faults(name, pa.array(told, pa.string()))
    empty = shapely.is_geometry(geometries)
    empty[empty] = shapely.is_empty(geometries[empty])
    lost = np.array([text is not None for text in told], bool)
    faults.add(lost & ~empty, "type", "which is no geometry that lies anywhere")
    return Points(x, y, tuple(faults.by_row(None)), geometries)


def one_point(geometries: Shapes) -> tuple[Floats, Floats]:
    """x and y of a point on each geometry; NaN for what is none or lies nowhere."""
    x, y = np.full(len(geometries), np.nan), np.full(len(geometries), np.nan)
    known = np.flatnonzero(shapely.is_geometry(geometries))
    known = known[~shapely.is_empty(geometries[known])]
    points = geometries[known]
    others = np.flatnonzero(shapely.get_type_id(points) != POINT)
    try:
        points[others] = shapely.point_on_surface(points[others])
    except shapely.errors.GEOSException:   # one broken shape would lose all
        points[others] = [inside(shape) for shape in points[others]]
    held = ~shapely.is_empty(points)
    x[known[held]], y[known[held]] = shapely.get_x(points[held]), shapely.get_y(points[held])
    broken = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(broken, np.nan, x), np.where(broken, np.nan, y)


def inside(shape: shapely.Geometry) -> shapely.Point:
    """A point inside a shape; an empty one where the shape is too broken to have any."""
    try:
        return shapely.point_on_surface(shape)
    except shapely.errors.GEOSException:
        return shapely.Point()


def of_points(value: Value, order: str | None, context: Context) -> Points:
    """One column that holds both: a pair, WKT, WKB in hex or GeoJSON."""
    cells = source(value, context.sheet)
    faults = Faults(origin(value), cells.texts)
    texts = worked(cells.texts, value, context.folder, faults)
    there = texts.is_valid().to_numpy(zero_copy_only=False)
    shapes, drawn = shapes_of(texts)
    x, y = one_point(shapes)
    pairs(texts, np.flatnonzero(there & ~drawn), order, value.decimal or context.decimal, x, y, faults)
    faults.add(there & np.isnan(x) & ~faults.bad(), "type", "which is no point such as 31.2, 121.5 or POINT(121.5 31.2)")
    places = cells.places
    told = tuple(faults.by_row(places))
    return Points(x, y, told, shapes) if places is None else Points(x[places], y[places], told, shapes[places])


def shapes_of(texts: pa.StringArray) -> tuple[Shapes, NDArray[np.bool_]]:
    """The geometry in each text, None where there is none or it is broken; and which texts are written like one."""
    shapes, drawn = np.full(len(texts), None, object), np.zeros(len(texts), bool)
    for pattern, reader in WRITTEN:
        rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False))
        if len(rows):
            shapes[rows] = reader(texts.take(pa.array(rows)).to_numpy(zero_copy_only=False))
            drawn[rows] = True
    return shapes, drawn


def from_wkt(texts: Shapes) -> Shapes:
    """Geometries from WKT with or without an SRID; None where it is broken."""
    with np.errstate(all="ignore"):     # a number beyond all bounds makes no point
        read: Shapes = shapely.from_wkt([text.rpartition(";")[2] for text in texts], on_invalid="ignore")
    return read


def from_geojson(texts: Shapes) -> Shapes:
    """Geometries from GeoJSON; {"coordinates": […]} alone and {"latitude": …, "longitude": …} are points too."""
    return np.array([one_geojson(text) for text in texts], object)


def one_geojson(text: str) -> object:
    """One geometry; None where it is broken."""
    try:
        read = orjson.loads(text)
        if "latitude" in read and "longitude" in read:
            return shapely.Point(float(read["longitude"]), float(read["latitude"]))
        if "type" not in read:
            read["type"] = "Point"
        return shapely.from_geojson(orjson.dumps(read).decode(), on_invalid="ignore")
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return None


def from_wkb(texts: Shapes) -> Shapes:
    """Geometries from WKB in hex; None where it is broken."""
    read: Shapes = shapely.from_wkb(texts, on_invalid="ignore")
    return read


WRITTEN: tuple[tuple[str, Callable[[Shapes], Shapes]], ...] = (
    (r"^(?i:SRID=\d+;)?\s*(?i:MULTI)?(?i:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)", from_wkt),
    (r"^\s*\{", from_geojson),
    (r"^(?i:0[01]0[0-9a-f]{6,})$", from_wkb),
)


def pairs(texts: pa.StringArray, rows: Rows, order: str | None, decimal: str, x: Floats, y: Floats, faults: Faults) -> None:
    """Read pairs into x and y: numbers or degrees with their sides, between them a comma, a semicolon or a space."""
    if not len(rows):
        return
    first, second = halves(texts.take(pa.array(rows)), decimal)
    one, side = half(first, decimal)
    other, other_side = half(second, decimal)
    bad = np.isnan(one) | np.isnan(other) | ((side != UNSAID) & (side == other_side))
    upright = np.where(side != UNSAID, side, np.where(other_side != UNSAID, NORTH - other_side, UNSAID))
    if order is not None:
        upright = np.where(upright == UNSAID, NORTH if order == "lat_lon" else EAST, upright)
    unsaid = (upright == UNSAID) & ~bad
    fine = ~bad & ~unsaid
    y[rows[fine]] = np.where(upright == NORTH, one, other)[fine]
    x[rows[fine]] = np.where(upright == NORTH, other, one)[fine]
    for which, code, tail in ((bad, "type", EXPECTED),
                              (unsaid, "order", "which is a pair of numbers; say `order: lat_lon` or `order: lon_lat`")):
        told = np.zeros(len(texts), bool)
        told[rows] = which
        faults.add(told, code, tail)


def halves(texts: pa.StringArray, decimal: str) -> tuple[pa.StringArray, pa.StringArray]:
    """What stands before and after the mark between the two."""
    marks = ";；|/" if decimal == "," else ",，;；|/"
    inner = rf"[^{marks}\[\](){{}}（）]+"
    found = pc.extract_regex(texts, rf"^[\[(（{{]?\s*(?P<one>{inner}?)\s*(?:[{marks}]|\s+)\s*(?P<other>{inner})\s*[\])）}}]?$")
    return found.field("one"), found.field("other")


def half(texts: pa.StringArray, decimal: str) -> tuple[Floats, NDArray[np.int8]]:
    """One number of each pair, NaN where there is none, and which axis it says that it is."""
    tried = Faults("", texts)
    made = numbers.parsed(texts, None, Reading(), decimal, None, tried)
    side = np.full(len(texts), UNSAID, np.int8)
    for at in np.flatnonzero(tried.bad()):
        found = degrees.parsed(texts[int(at)].as_py())
        if found is not None:
            made[at] = found[0]
            side[at] = UNSAID if found[1] is None else NORTH if found[1] else EAST
    return made, side
