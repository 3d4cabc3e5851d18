"""What the wall asks of a browser, as JSON: `make bench-wall`, or `python -m bench.wall [--only …] [--copy URL]`.

On the running screen: a cold page, a drill-down from click to paint, a push in which everything has changed, and a soak of
20,000 pushes. With `--copy`, the URL of a copy of its database, also the map with 100,000 devices and 50,000 open cases, and
its tiles: **the copy is filled**, so give it one that nobody needs. On the running screen nothing is written.

Without a graphics card the browser draws the map on the cores that serve it, so the map's own drawing is kept apart: what is
told as `own` or `page_cpu` is the main thread's time without the map library's. Times are those of the machine as it was:
its load stands beside them.
"""

import argparse
import json
import os
import sys
from typing import Any

from playwright.sync_api import Browser

from bench import chromium, cold, crowd, drill, push, replay, smooth, soak, tiles
from bench.live import application
from data_access import city as cities
from data_access import engine as engines
from data_access.tiles import PICKED, Tiles
from indicators.filters import token
from indicators.scope import Filter
from settings import Settings

PARTS = ("cold", "drill", "push", "soak", "map")
ADDRESS = "/?lang=zh"
PORT = 8098
MOST_TILES = 20
FILTERS = (Filter("state", ("overdue",)),)


def main() -> int:
    """Measure and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=f"http://127.0.0.1:{Settings().port}", help="the running screen")
    parser.add_argument("--copy", default=None, help="the URL of a copy of its database, to be filled for the map")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--pushes", type=int, default=soak.PUSHES, help="of the soak")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    seen: dict[str, Any] = {"load_average_before": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
    with chromium.launched() as browser:
        seen |= measured(browser, asked.url.rstrip("/"), wanted, asked.pushes)
    if "map" in wanted and asked.copy:
        seen["map"] = crowded(asked.copy)
    print(json.dumps({**seen, "load_average_after": round(os.getloadavg()[0], 1)}, indent=1))
    return 0


def measured(browser: Browser, url: str, wanted: list[str], pushes: int) -> dict[str, Any]:
    """What is measured on the running screen."""
    seen: dict[str, Any] = {}
    codes = drill.children(url)
    if "cold" in wanted:
        seen["cold"] = cold.cold(browser, url, ADDRESS)
    if "drill" in wanted:
        seen["drill"] = {**drill.drill(browser, url, ADDRESS), "server_alone": drill.served(url, codes)}
    if "push" in wanted:
        seen["push"] = push.push(browser, url, ADDRESS, replay.record(url, ADDRESS))
    if "soak" in wanted:
        scenes = (ADDRESS, f"/r/{codes[0]}{ADDRESS[1:]}&indicator=event_open", f"/r/{codes[-1]}{ADDRESS[1:]}&m=heat")
        seen["soak"] = soak.soak(browser, url, ADDRESS, replay.record(url, *scenes), pushes)
    return seen


def crowded(database: str) -> dict[str, Any]:
    """The map on a copy filled as full as it is promised to stay smooth."""
    engine = engines.create(database, statement_timeout_ms=600_000)
    holds = crowd.crowd(engine, crowd.DEVICES, crowd.OPEN_CASES)
    city = cities.load(engine)
    assert city is not None and city.root.label is not None, "the copy holds no city"
    drawer = Tiles(engine, city)
    drawn = [tiles.measure(drawer, layer, z, MOST_TILES) for layer, z in tiles.layers(drawer)]
    filtered = f"bench{PICKED}{token(FILTERS)}"
    drawn += [{**tiles.measure(drawer, layer, z, MOST_TILES, filtered), "filters": token(FILTERS)}
              for layer, z in tiles.layers(drawer) if layer in ("case", "heat")]
    with application(database, PORT), chromium.launched() as browser:
        moved = smooth.smooth(browser, f"http://127.0.0.1:{PORT}", ADDRESS, city.root.label)
    return {"holds": holds, "moved": moved, "tiles": drawn}


if __name__ == "__main__":
    sys.exit(main())
