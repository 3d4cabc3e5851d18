"""The tile door: /tiles/<version>/<layer>/<z>/<x>/<y>.mvt, from memory where it can."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from flask import Blueprint, Response, request

from data_access.city import City
from data_access.engine import DataUnavailable, Engine
from data_access.tiles import PICKED, Address, Tiles, UnknownTile

MVT = "application/vnd.mapbox-vector-tile"
CACHE_BYTES = 48 << 20
YEAR = "public, max-age=31536000, immutable"
MOMENT = "private, max-age=120"
RETRY_SECONDS = "2"
VERSION_LENGTH = 40
FILTERS_LENGTH = 2400  # as many as an address takes


@dataclass(frozen=True)
class Packed:
    """An encoded tile as it goes over the wire."""

    body: bytes
    tag: str


class Shelf:
    """The tiles drawn last, up to a number of bytes; each is drawn once, however many ask at the same time."""

    def __init__(self, size: int = CACHE_BYTES) -> None:
        self._size = size
        self._held = 0
        self._tiles: OrderedDict[tuple[str, Address], Packed] = OrderedDict()
        self._drawing: dict[tuple[str, Address], threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, Address], draw: Callable[[], bytes]) -> Packed:
        """The tile, drawn if nobody has it yet."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
            turn = self._drawing.setdefault(key, threading.Lock())
        try:
            with turn:
                with self._lock:
                    if key in self._tiles:
                        return self._tiles[key]
                packed = pack(draw())
                self._keep(key, packed)
                return packed
        finally:
            with self._lock:
                self._drawing.pop(key, None)

    def _keep(self, key: tuple[str, Address], packed: Packed) -> None:
        """Put a tile on the shelf and throw out the longest unused."""
        with self._lock:
            self._tiles[key] = packed
            self._held += len(packed.body)
            while self._held > self._size and len(self._tiles) > 1:
                self._held -= len(self._tiles.popitem(last=False)[1].body)


def pack(tile: bytes) -> Packed:
    """Compress a tile and name its content."""
    return Packed(gzip.compress(tile, 5, mtime=0) if tile else b"", blake2b(tile, digest_size=8).hexdigest())


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def blueprint(engine: Engine, city: Callable[[], City | None], clock: Callable[[], datetime] = utc_now) -> Blueprint:
    """The routes; `city` gives the city once a pack is loaded."""
    routes = Blueprint("tiles", __name__)
    shelf = Shelf()
    drawers: list[Tiles] = []

    def drawer() -> Tiles | None:
        """The tiles of the city as it is now."""
        now = city()
        if now is None:
            return None
        if not drawers or drawers[-1].city is not now:
            drawers[:] = [Tiles(engine, now)]
        return drawers[-1]

    @routes.get("/tiles/<version>/<layer>/<int:z>/<int:x>/<int:y>.mvt")
    def tile(version: str, layer: str, z: int, x: int, y: int) -> Response:
        """One tile. 404: no such layer, zoom or place. 503: the database does not answer."""
        tiles, address = drawer(), Address(layer, z, x, y)
        if tiles is None:
            return refusal(503, "no city is loaded")
        try:
            tiles.check(address)
            mark, _, filters = version.partition(PICKED)
            if len(mark) > VERSION_LENGTH or len(filters) > FILTERS_LENGTH:
                raise UnknownTile(version)
            packed = shelf.get((version, address), lambda: tiles.draw(address, version, clock()))
        except UnknownTile:
            return refusal(404, "no such tile")
        except DataUnavailable:
            return refusal(503, "the database does not answer")
        lasting = layer.startswith("region-") and version == tiles.region_version
        return answer(packed, YEAR if lasting else MOMENT)

    return routes


def answer(packed: Packed, lifetime: str) -> Response:
    """The tile, or 304 where the browser has it, or 204 where it is empty."""
    response = Response(status=204) if not packed.body else Response(packed.body, mimetype=MVT)
    response.headers["Cache-Control"] = lifetime
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(packed.tag)
    if packed.body:
        if request.accept_encodings["gzip"]:
            response.headers["Content-Encoding"] = "gzip"
        else:
            response.set_data(gzip.decompress(packed.body))
    response.make_conditional(request)
    return response


def refusal(status: int, reason: str) -> Response:
    """A short answer that no cache keeps."""
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = RETRY_SECONDS
    return Response(reason, status, headers=headers, mimetype="text/plain")
