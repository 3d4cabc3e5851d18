"""The buildings of a CityJSON file: attributes, footprint, height."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from readers import objects
from readers.base import Filed
from readers.crs import named
from readers.limits import MOST_DOCUMENT
from readers.objects import GEOMETRY
from readers.table import Frame, Spoilt, Unreadable

BUILDINGS = ("Building", "BuildingPart")
SURFACE_DEPTH = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}
REGISTERED = re.compile(r"(?:EPSG[:/]+(?:\d+(?:\.\d+)?[:/])?:?)(\d+)$", re.IGNORECASE)
FAULTS = (KeyError, IndexError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError)


@dataclass(frozen=True)
class Surface:
    """One face of a building: its corners, and what it is ("GroundSurface")."""

    corners: NDArray[np.float64]
    meaning: str | None


@dataclass(frozen=True)
class Buildings(Filed):
    """The buildings of one file, parts added to their whole; numbered from 1 as they come."""

    total: int | None = None

    @cached_property
    def _documents(self) -> list[dict[str, Any]]:
        """The document, or of a CityJSON sequence the first line and the features. Raises: Unreadable."""
        with self.content.stream() as stream:
            body = b"".join(stream.chunks())
        if len(body) > MOST_DOCUMENT:
            raise Unreadable(self.name, f"is larger than {MOST_DOCUMENT:,} bytes; cut it into tiles")
        try:
            found = [orjson.loads(body)]
        except orjson.JSONDecodeError as error:
            found = self._sequence(body, error)
        if not all(isinstance(one, dict) for one in found):
            raise Unreadable(self.name, "is no CityJSON: an object was expected")
        return found

    def _sequence(self, body: bytes, error: Exception) -> list[Any]:
        try:
            return [orjson.loads(line) for line in body.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise Unreadable(self.name, f"is no proper JSON: {error}") from error

    @property
    def crs(self) -> str | None:
        """The projection that the file names, without its heights."""
        said = (self._documents[0].get("metadata") or {}).get("referenceSystem")
        found = REGISTERED.search(said) if isinstance(said, str) else None
        return named(f"EPSG:{found[1]}") if found else None

    @cached_property
    def _piece(self) -> Frame:
        return objects.piece(list(enumerate(self._rows(), start=1)), shapes=False)

    @property
    def columns(self) -> list[str]:
        """The columns' names."""
        return [*(str(name) for name in self._piece.rows.columns if name != GEOMETRY), GEOMETRY]

    def _pieces(self) -> Iterator[Frame]:
        yield self._piece

    def _rows(self) -> Iterator[dict[str, Any] | Spoilt]:
        transform = self._documents[0].get("transform")
        for document in self._documents:
            known = document.get("CityObjects")
            if not isinstance(known, dict):
                raise Unreadable(self.name, "is no CityJSON: it has no CityObjects")
            try:
                corners = placed(document.get("vertices") or [], document.get("transform") or transform)
            except FAULTS as error:
                raise Unreadable(self.name, f"has vertices that are none: {error}") from error
            for key, one in known.items():
                if isinstance(one, dict) and one.get("type") == "BuildingPart" and one.get("parents"):
                    continue
                if isinstance(one, dict) and one.get("type") in BUILDINGS:
                    yield row(key, one, known, corners)


def placed(vertices: Sequence[Any], transform: Mapping[str, Any] | None) -> NDArray[np.float64]:
    """The corners' coordinates."""
    found = np.asarray(vertices, np.float64).reshape(-1, 3)
    return found * transform["scale"] + transform["translate"] if transform else found


def row(key: str, one: Mapping[str, Any], known: Mapping[str, Any], corners: NDArray[np.float64]) -> dict[str, Any] | Spoilt:
    """A building with its parts: what is said about it, how high it is, where it stands on."""
    try:
        faces = list(surfaces(one, corners))
        for child in one.get("children") or []:
            faces += surfaces(known.get(child) or {}, corners)
        attributes = objects.flat(one.get("attributes") or {})
        return {"id": key, **{name: value for name, value in attributes.items() if name != "id"}, **measured(faces, attributes)}
    except FAULTS as error:
        return Spoilt(objects.written({key: one}), f"its geometry is no CityJSON geometry: {error}")


def surfaces(one: Mapping[str, Any], corners: NDArray[np.float64]) -> Iterator[Surface]:
    """The faces of the most detailed geometry that has any."""
    geometries = [each for each in one.get("geometry") or [] if each.get("type") in SURFACE_DEPTH]
    for geometry in sorted(geometries, key=lambda each: str(each.get("lod", "")))[-1:]:
        semantics = geometry.get("semantics") or {}
        kinds = [each.get("type") for each in semantics.get("surfaces") or []]
        depth = SURFACE_DEPTH[geometry["type"]]
        faces = _flat(geometry["boundaries"], depth - 1)
        meanings = _flat(semantics["values"], depth - 1) if semantics.get("values") else [None] * len(faces)
        for face, meaning in zip(faces, meanings, strict=True):
            outline = np.asarray(face[0], np.int64)
            if outline.min() < 0:
                raise ValueError("a corner has a negative number")
            yield Surface(corners[outline], kinds[meaning] if meaning is not None else None)


def _flat(nested: Sequence[Any], depth: int) -> list[Any]:
    found = list(nested)
    for _ in range(depth):
        found = [inner for one in found for inner in one]
    return found


def measured(faces: Sequence[Surface], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Height, ground and footprint; nothing where there is no geometry."""
    if not faces:
        return {"height": attributes.get("measuredHeight"), "ground": None, GEOMETRY: None}
    heights = np.concatenate([face.corners[:, 2] for face in faces])
    low, high = float(heights.min()), float(heights.max())
    said = attributes.get("measuredHeight")
    return {"height": said if said is not None else round(high - low, 3), "ground": low, GEOMETRY: footprint(faces)}


def footprint(faces: Sequence[Surface]) -> shapely.Geometry | None:
    """The ground surfaces from above; of all faces when none is called so."""
    ground = [face for face in faces if face.meaning == "GroundSurface"] or faces
    drawn = [shapely.make_valid(shapely.Polygon(face.corners[:, :2])) for face in ground if len(face.corners) > 2]
    flat = [one for shape in drawn for one in shapely.get_parts(shape) if one.area > 0]
    return shapely.union_all(flat) if flat else None
