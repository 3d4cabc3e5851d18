"""Where rows belong: lon and lat in WGS 84 from whatever the file holds, or the code of a region that it names."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import datums, degrees, projections
from ingest.mapping import numbers
from ingest.mapping.evaluate import Context, origin, source
from ingest.mapping.faults import Fault, Faults, MappingError, Outcome
from ingest.mapping.naming import named_region
from ingest.mapping.points import Points, Shapes, of_geometries, of_points
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Place
from ingest.mapping.values import Value
from ingest.mapping.words import worked

Floats = NDArray[np.float64]
WGS84 = "EPSG:4326"


def located(
    place: Place, context: Context, crs: str | None, datum: str | None, regions: RegionIndex | None, *, drawn: bool = True,
    footprint: bool = False,
) -> dict[str, Outcome]:
    """The fields lon, lat and region of every row: a coordinate says more than a name, but nothing where no region is drawn.

    With `footprint` the shapes themselves are a field too, as WKB in hex.
    Raises: MappingError.
    """
    if place.region is not None and (place.lon, place.point, place.geometry) == (None, None, None):
        return {"region": named_region(place.region, context, regions, None)}
    points = coordinates(place, context)
    points = without_nowhere(points, place.nowhere)
    crs, datum = place.crs or crs or WGS84, place.datum or datum or "wgs84"
    lon, lat, far = in_degrees(points, crs, datum)
    told = (*points.faults, *far)
    made = {"lon": Outcome(lon, told), "lat": Outcome(lat)}
    if footprint and points.shapes is not None:
        made["footprint"] = Outcome(outlines(points.shapes, crs, datum))
    if place.region is not None:
        made["region"] = named_region(place.region, context, regions, np.isnan(lon) if drawn else None)
    return made


def coordinates(place: Place, context: Context) -> Points:
    """x and y as the file gives them. Raises: MappingError."""
    if place.geometry is not None:
        return of_geometries(context.sheet.objects(place.geometry), place.geometry)
    if place.point is not None:
        return of_points(place.point, place.order, context)
    assert place.lon is not None and place.lat is not None
    x, y = one_axis(place.lon, False, context), one_axis(place.lat, True, context)
    return Points(x.values, y.values, (*x.faults, *y.faults))


def one_axis(value: Value, upright: bool, context: Context) -> Outcome:
    """A column of x or y: plain numbers, or degrees, minutes and seconds."""
    cells = source(value, context.sheet)
    if cells.numbers is not None and value == Value(column=value.column):
        return Outcome(cells.numbers)
    faults = Faults(origin(value), cells.texts)
    texts = worked(cells.texts, value, context.folder, faults)
    tried = Faults("", cells.texts)
    made = numbers.parsed(texts, cells.native, value, value.decimal or context.decimal, None, tried)
    for at in np.flatnonzero(tried.bad()):
        found = degrees.parsed(texts[int(at)].as_py())
        if found is not None and found[1] in (None, upright):
            made[at] = found[0]
    noun = "y" if upright else "x"
    faults.add(tried.bad() & np.isnan(made), "type", f"which is no {noun} coordinate such as {'31.2' if upright else '121.5'} "
               f"or {'31°12′30″N' if upright else '121°28′E'}")
    values = made if cells.places is None else made[cells.places]
    return Outcome(values, tuple(faults.by_row(cells.places)))


def without_nowhere(points: Points, nowhere: Sequence[tuple[float, float]]) -> Points:
    """The points without those that stand for no place."""
    x, y = points.x, points.y
    for at in nowhere:
        here = (x == at[0]) & (y == at[1])
        x, y = np.where(here, np.nan, x), np.where(here, np.nan, y)
    return replace(points, x=x, y=y)


def in_degrees(points: Points, crs: str, datum: str) -> tuple[Floats, Floats, list[Fault]]:
    """The points in WGS 84, and those that the coordinate system does not reach."""
    try:
        lon, lat = projections.to_wgs84(points.x, points.y, crs)
    except projections.UnknownCrs as error:
        raise MappingError(str(error)) from error
    lon, lat = datums.to_wgs84(lon, lat, datum)
    lost = (np.isnan(lon) | np.isnan(lat)) & ~np.isnan(points.x) & ~np.isnan(points.y)

    def text(row: int) -> str:
        return f"the coordinate {points.x[row]:g}, {points.y[row]:g} lies outside of what {crs} can describe"

    return lon, lat, [Fault(np.flatnonzero(lost), "crs", text)] if lost.any() else []


def outlines(shapes: Shapes, crs: str, datum: str) -> NDArray[np.object_]:
    """Shapes in WGS 84 as WKB in hex, without heights; None where there is none, or the coordinate system does not reach."""
    def turned(corners: Floats) -> Floats:
        lon, lat = datums.to_wgs84(*projections.to_wgs84(corners[:, 0], corners[:, 1], crs), datum)
        return np.column_stack([lon, lat])

    made = np.full(len(shapes), None, object)
    rows = np.flatnonzero(shapely.is_geometry(shapes))
    moved = shapely.transform(shapely.force_2d(shapes[rows]), turned)
    reached = np.isfinite(shapely.bounds(moved)).all(axis=1)
    made[rows[reached]] = shapely.to_wkb(moved[reached], hex=True)
    return made
