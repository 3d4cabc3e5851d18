"""Objects, one a row: nested ones become columns "a.b", lists stay lists, GeoJSON features give properties and a shape."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import orjson
import shapely

from readers.framing import frame
from readers.headers import unique
from readers.table import Frame, Spoilt

GEOMETRY = "geometry"
KNOWN = 300             # rows that the columns are told from
TOGETHER = 5_000        # rows of a piece
DEEPEST = 8             # levels of nesting that become columns

STANDARD = {"type", "geometry", "properties", "id", "bbox"}     # members of every feature

Numbered = tuple[int, Any]      # a row's number, and the object or Spoilt


def flat(value: Mapping[str, Any], above: str = "", depth: int = 0) -> dict[str, Any]:
    """An object's values by the path of their keys."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < DEEPEST:
            found |= flat(inner, f"{above}{key}.", depth + 1)
        else:
            found[f"{above}{key}"] = None if inner == "" or inner == {} else inner
    return found


def feature(value: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature as a row: its properties and what else it says, its geometry as it stands."""
    said = value.get("properties")
    properties = said if isinstance(said, dict) else {"properties": said} if said is not None else {}
    row = {**flat({key: inner for key, inner in value.items() if key not in STANDARD}), **flat(properties)}
    if "id" in value and "id" not in row:
        row["id"] = value["id"]
    geometry = value.get("geometry")
    if isinstance(geometry, dict) and geometry.get("type") == "GeoProperty":       # as NGSI-LD wraps it
        geometry = geometry.get("value")
    return {**row, GEOMETRY: geometry}


def is_feature(value: Any) -> bool:
    """Whether an object is a GeoJSON feature."""
    return isinstance(value, dict) and value.get("type") == "Feature" and "geometry" in value


def columns(sample: Iterable[Numbered], shapes: bool) -> list[str]:
    """The columns of the first objects, in the order they come up."""
    found: dict[str, None] = {}
    for _, value in sample:
        if isinstance(value, dict):
            found |= dict.fromkeys(feature(value) if shapes else flat(value))
    rest = [name for name in found if name != GEOMETRY]
    return [*rest, GEOMETRY] if GEOMETRY in found else rest


def listed(sample: Sequence[Any]) -> tuple[list[str], bool] | None:
    """The columns when rows are lists, and whether the first of them names these; None when rows are objects."""
    first = next((value for value in sample if not isinstance(value, Spoilt)), None)
    if not isinstance(first, list):
        return None
    named = bool(first) and all(isinstance(cell, str) and cell for cell in first) and len(set(first)) == len(first)
    return ([*first] if named else unique([f"column{at + 1}" for at in range(len(first))])), named


def pieces(objects: Iterable[Numbered], shapes: bool) -> Iterator[Frame]:
    """The objects as pieces of a table; what is no object, and a shape that is none, is unreadable."""
    source = iter(objects)
    while some := list(islice(source, TOGETHER)):
        yield piece(some, shapes)


def piece(objects: Sequence[Numbered], shapes: bool) -> Frame:
    """Some objects as a piece of a table."""
    spoilt: dict[int, Spoilt] = {}
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, value in objects:
        if isinstance(value, Spoilt):
            spoilt[number] = value
        elif not isinstance(value, dict):
            spoilt[number] = Spoilt(written(value), "is no object: {…} was expected")
        elif shapes and not is_feature(value):
            spoilt[number] = Spoilt(written(value), "is no GeoJSON feature")
        else:
            rows.append((number, feature(value) if shapes else flat(value)))
    if shapes:
        rows = _drawn(rows, spoilt)
    names = dict.fromkeys(name for _, row in rows for name in row)
    cells = {name: _column([row.get(name) for _, row in rows]) for name in names}
    return Frame(frame(cells, [number for number, _ in rows]), spoilt)


def _column(values: Sequence[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):     # one by one: a list must stay one cell
        column[at] = value
    return column


def _drawn(rows: list[tuple[int, dict[str, Any]]], spoilt: dict[int, Spoilt]) -> list[tuple[int, dict[str, Any]]]:
    """The rows with shapes in place of their GeoJSON; those whose geometry is none are spoilt."""
    texts = [written(row[GEOMETRY]) if row[GEOMETRY] is not None else None for _, row in rows]
    shapes = shapely.from_geojson(texts, on_invalid="ignore")
    kept = []
    for (number, row), text, shape in zip(rows, texts, shapes, strict=True):
        if text is not None and shape is None:
            spoilt[number] = Spoilt(written(row), "its geometry is no GeoJSON geometry")
        else:
            kept.append((number, {**row, GEOMETRY: shape}))
    return kept


def written(value: Any) -> str:
    """A value as JSON again."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    except (orjson.JSONEncodeError, RecursionError):    # integers and depths beyond it, lone surrogates
        pass
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return repr(value)
