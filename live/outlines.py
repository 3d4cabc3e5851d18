"""The outlines of regions, drawn once for as long as the city stays as it is."""

from functools import lru_cache

from data_access import shapes, tiles
from data_access.engine import Engine
from data_access.shapes import Shapes
from live.desk import Desk

NEVER: frozenset[str] = frozenset()
KEPT = 128


def within(desk: Desk, level: int) -> Shapes:
    """The outlines of all regions of a level within the view's region. Raises: DataUnavailable."""
    mark = desk.memory.recall(("region tiles", id(desk.city)), NEVER, lambda: tiles.region_version(desk.city))
    return _drawn(desk.engine, mark, desk.region.region_id, level)


@lru_cache(maxsize=KEPT)
def _drawn(engine: Engine, _mark: str, region_id: int, level: int) -> Shapes:
    return shapes.shapes(engine, region_id, level)
