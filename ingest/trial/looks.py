"""What in a sample is worth a second look: places, datums, times and codes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.assign import OUTSIDE
from ingest.mapping import hints
from ingest.mapping.apply import Around
from ingest.mapping.cut import CODED
from ingest.mapping.hints import CityAround, Hint
from ingest.mapping.mapped import Mapped
from ingest.pack import Dataset
from ingest.trial.known import Known
from readers.table import Frame

CODES = ("region", "class", "agency")
QUIET = ("datum_unsaid",)      # told once in the guide, not for every file


def seen(there: Known, dataset: Dataset, frame: Frame, mapped: Mapped, around: Around) -> Iterator[Hint]:
    """Every hint that a sample gives."""
    if "lon" in mapped.columns and there.box is not None:
        yield from places(there, dataset, frame, mapped, around)
    elif "lon" in mapped.columns and dataset.map.place is not None and (dataset.map.place.datum or there.pack.datum) == "wgs84":
        yield from hints.of_unseen(mapped.columns["lon"], mapped.columns["lat"])
    for name, column in origins(mapped):
        if column not in frame.rows:
            continue
        texts = texted(frame.rows[column])
        if mapped.columns[name].dtype.kind == "M" and dataset.map.zone is None:
            yield from hints.of_times(column, texts, around.zone)
        if name in (*CODES, *CODED):
            yield from hints.of_cut(column, texts)
        if name in CODES and not (name == "region" and padded(dataset)):
            yield from hints.of_codes(column, texts, there.survey.tree["code"] if name == "region" else None)


def padded(dataset: Dataset) -> bool:
    """Whether the mapping fills the regions' codes up already."""
    place = dataset.map.place
    return place is not None and place.region is not None and place.region.pad is not None


def places(there: Known, dataset: Dataset, frame: Frame, mapped: Mapped, around: Around) -> Iterator[Hint]:
    """What the coordinates look like."""
    lon, lat = mapped.columns["lon"], mapped.columns["lat"]
    yield from hints.of_places(lon, lat, CityAround(around.zone, there.box, there.regions, around.crs))
    if dataset.map.place is None or dataset.map.place.datum is not None:
        return
    known = np.isfinite(lon) & np.isfinite(lat)
    named = named_regions(there, dataset, frame, mapped)[known]

    def fits(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        found = there.assigner.assign(x, y)
        return agreeing(there, found, named)

    yield from (hint for hint in hints.of_datum(lon, lat, fits) if hint.code not in QUIET)


def named_regions(there: Known, dataset: Dataset, frame: Frame, mapped: Mapped) -> NDArray[np.object_]:
    """The code of the region that each row names beside its coordinate; None where it names none that is known."""
    place = dataset.map.place
    if place is None or place.region is None or place.region.column not in frame.rows:
        return np.full(len(mapped.lines), None, object)
    cells = frame.rows[place.region.column].reindex(mapped.lines)
    found = [there.regions.find(cell, place.region.by == "name") if isinstance(cell, str) else None for cell in cells]
    return np.array([one if isinstance(one, str) else None for one in found], object)


def agreeing(there: Known, found: NDArray[np.int32], named: NDArray[Any]) -> NDArray[np.bool_]:
    """Which points lie in the region that their row names, or below it; where it names none, in the city."""
    codes = there.survey.tree["code"].to_numpy(object)
    above = dict(zip(codes, there.survey.tree["parent"], strict=True))
    made = np.zeros(len(found), bool)
    for row, number in enumerate(found.tolist()):
        if named[row] is None:
            made[row] = number != OUTSIDE
            continue
        at = codes[number] if number != OUTSIDE else ""
        while at and at != named[row]:
            at = above[at]
        made[row] = bool(at) and at == named[row]
    return made


def origins(mapped: Mapped) -> Iterator[tuple[str, str]]:
    """Each field that is made of one column, with that column."""
    yield from ((name, origin) for name, origin in mapped.origins.items() if name in mapped.columns)


def texted(column: Any) -> pa.StringArray:
    """The cells that are texts."""
    return pa.array([cell if isinstance(cell, str) else None for cell in column], pa.string())
