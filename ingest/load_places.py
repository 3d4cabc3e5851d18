"""Places from a file: tax lots, sites, venues, each given to the leaf region that it lies in."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from geo.assign import OUTSIDE, Assigner
from geo.nearest import nearest
from ingest.copy import points
from ingest.feeds import Heard
from ingest.identity import identities
from ingest.load_parts import Dataset, Facts
from ingest.load_statistics import year_end
from ingest.pack import Pack, Places
from ingest.rejects import Rejects
from ingest.tables import joined, numbers, patterned

PART_ROWS = 20_000
# Kept up to date row by row, this one index takes more time than all the rest of the load.
DEFERRED = {"place_geom": "CREATE INDEX IF NOT EXISTS place_geom ON place USING gist (geom)"}


def dataset(pack: Pack, places: Places, assigner: Assigner, codes: dict[int, str]) -> Dataset:
    """The file of places, ready to load; `codes` are the leaves'."""
    def mapping(connection: Connection, source_id: int, part: pd.DataFrame) -> Facts:
        return take(places, year_end(places.year, ZoneInfo(pack.time_zone)), assigner, codes, source_id, part)

    return Dataset(source=places.source, name=places.file.name, path=pack.path(places.file), table="place", fact="place",
                   subject="place", title=places.job.title.text, unit=places.job.unit.text, mapping=mapping,
                   part_rows=PART_ROWS, deferred=DEFERRED)


def take(
    places: Places, as_of: np.datetime64, assigner: Assigner, codes: dict[int, str], source_id: int, part: pd.DataFrame
) -> Facts:
    """Map and check some rows of a file that says how things stood at `as_of`."""
    rejects = Rejects()
    names = joined(part, places.identity)
    rejects.add_all(part.index[names.duplicated()], places.identity[0], "duplicate", "the place stands on an earlier line")
    lon, lat = (coordinate(part[column], limit, rejects) for column, limit in ((places.lon, 180.0), (places.lat, 90.0)))
    region, near = located(places, assigner, lon, lat)
    lost = part.index[(region == OUTSIDE) & ~np.isnan(lon) & ~np.isnan(lat)]
    rejects.add_all(lost, places.lon, "outside_city", f"no region lies within {places.nearest_m:g} m of the coordinate")
    units, population = (amount(part, column, rejects) for column in (places.units, places.population))
    good = ~part.index.isin(list(rejects.reasons))
    count = int(good.sum())
    columns = {
        "place_id": identities(places.source, names[good]), "source_id": np.full(count, source_id),
        "external_id": names[good].to_numpy(object), "kind": np.full(count, places.kind, object),
        "name": names[good].to_numpy(object), "region_id": region[good], "geom": points(lon[good], lat[good]),
        "units": units[good], "population": population[good], "row_no": part.index[good].to_numpy()}
    return Facts(columns, rejects, {"place": Heard(count, len(rejects.reasons), as_of)},
                 noted(places, codes, part, region, good, near))


def coordinate(column: "pd.Series[Any]", limit: float, rejects: Rejects) -> NDArray[np.float64]:
    """Degrees; what is missing or none is told and becomes NaN."""
    degrees, _ = numbers(column)
    degrees = np.where(np.abs(degrees) <= limit, degrees, np.nan)
    rejects.add_all(column.index[np.isnan(degrees)], str(column.name), "coordinate", "a coordinate in degrees is needed")
    return degrees


def amount(part: pd.DataFrame, column: str | None, rejects: Rejects) -> NDArray[np.float64]:
    """Amounts of zero or more; NaN where the file gives none."""
    if column is None:
        return np.full(len(part), np.nan)
    values, faulty = numbers(part[column])
    rejects.add_all(part.index[faulty | (values < 0)], column, "not_a_number", "a number of zero or more is needed")
    return values


def located(
    places: Places, assigner: Assigner, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The leaf of each place, the nearest for those just outside; and which those are."""
    region = assigner.assign(lon, lat)
    outside = np.flatnonzero(region == OUTSIDE)
    region[outside] = nearest(assigner.ids, assigner.geometries, lon[outside], lat[outside], places.nearest_m)
    near = np.zeros(len(lon), bool)
    near[outside] = region[outside] != OUTSIDE
    return region, near


def noted(
    places: Places, codes: dict[int, str], part: pd.DataFrame, region: NDArray[np.int32], good: NDArray[np.bool_],
    near: NDArray[np.bool_],
) -> dict[str, Any]:
    """What the batch remembers: the lines put into the nearest leaf, and how often the file names the same leaf."""
    note: dict[str, Any] = {"nearest": part.index[good & near].tolist()}
    if places.leaf is not None:
        named = patterned(part[good], places.leaf.pattern)
        same = int((named == pd.Series(region[good], named.index).map(codes)).sum())
        note |= {"leaf_agrees": same, "leaf_differs": len(named) - same}
    return note
