"""How large the map's tiles are and how long each takes to draw, as JSON: `python -m bench.tiles [--database URL]`.

Every tile of the city is drawn once without any cache, up to --most a zoom, spread evenly. The goal: 75 kB and 12 ms.
What is paid once for all tiles (a level's borders simplified for a zoom; the lots, the heat far out and the devices with
something wrong, read once a version) is in the first tile and told apart.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from time import perf_counter

import numpy as np

from cluster import private
from data_access import city as cities
from data_access import engine as engines
from data_access.tiles import POINT_ZOOMS, Address, Tiles, region_zooms
from geo import tiling
from settings import Settings

GOAL_BYTES, GOAL_MS = 75_000, 12.0


def covering(bounds: tiling.Bounds, layer: str, z: int, most: int) -> list[Address]:
    """The tiles of a zoom that touch a box, at most so many of them, spread evenly."""
    corners = (tiling.unit_square(np.array([bounds[:2], bounds[2:]])) * (1 << z)).astype(int)
    (west, south), (east, north) = corners.tolist()
    every = [Address(layer, z, x, y) for x, y in product(range(west, east + 1), range(north, south + 1))]
    return every[::max(1, len(every) // most)]


def layers(tiles: Tiles) -> Iterator[tuple[str, int]]:
    """Every layer and zoom of the city."""
    zooms = {f"region-{level.number}": region_zooms(tiles.city, level.number) for level in tiles.city.levels}
    for layer, (first, last) in {**zooms, **POINT_ZOOMS}.items():
        for z in range(max(first, 9), last + 1):
            yield layer, z


def measure(tiles: Tiles, layer: str, z: int, most: int, version: str = "bench") -> dict[str, object]:
    """Draw a layer's tiles at a zoom."""
    assert tiles.city.root.bounds is not None
    now, times, sizes, packed = datetime.now(UTC), [], [], []
    addresses = covering(tiles.city.root.bounds, layer, z, most)
    started = perf_counter()
    tiles.draw(addresses[0], version, now)
    first = perf_counter() - started
    for address in addresses:
        started = perf_counter()
        body = tiles.draw(address, version, now)
        times.append((perf_counter() - started) * 1000)
        sizes.append(len(body))
        packed.append(len(gzip.compress(body, 5)))
    return {
        "layer": layer, "zoom": z, "tiles": len(addresses), "first_ms": round(first * 1000, 1),
        "p50_ms": round(float(np.percentile(times, 50)), 1), "p95_ms": round(float(np.percentile(times, 95)), 1),
        "largest_bytes": max(sizes), "largest_gzip_bytes": max(packed),
        "within_goal": max(packed) <= GOAL_BYTES and float(np.percentile(times, 95)) <= GOAL_MS,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default=None, help="the database's URL; else DATABASE_URL, else the private one")
    parser.add_argument("--most", type=int, default=40, help="tiles drawn per layer and zoom")
    asked = parser.parse_args()
    url = asked.database or Settings().database_url or private.status()
    if url is None:
        print("the private database does not run; name another with --database", file=sys.stderr)
        return 1
    engine = engines.create(url, statement_timeout_ms=20000)
    city = cities.load(engine)
    if city is None:
        print("no city is loaded", file=sys.stderr)
        return 1
    tiles = Tiles(engine, city)
    json.dump([measure(tiles, layer, z, asked.most) for layer, z in layers(tiles)], sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
