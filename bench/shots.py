"""Pictures of the main views of the running screen, for people to judge: `make shots`, or `python -m bench.shots [--only …]`.

Walls are taken at the sizes of a desk, of a wall and of an ultra-wide wall, pages from top to bottom at those of a laptop, a
tablet and a phone, in both languages, dark and
some light, each as soon as its page says that it is painted. A source that has fallen silent is shown without touching the
city's data: an application of the bench's own reads the same database through the views of a scratch schema
(see `bench/silence.py`), in which the source of devices is dead and another one stale; the schema is dropped at the end,
after an error, too. Where the database may not be written to, say `--running` for the running screen alone.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError
from sqlalchemy import Engine

from bench import chromium
from bench.live import application
from bench.silence import chosen, silenced
from bench.views import DESKS, SIZES, Shot, shots, silent_shots
from cluster import private
from data_access import city as cities
from data_access import engine as engines
from data_access.city import City
from settings import Settings

PORT = 8097
LIMIT_MS = 180_000   # a browser without a graphics card may take a minute for a wall of 16 million pixels

# Painted: the address's picture is laid, letters and charts are there, and the map has drawn all that it was told.
PAINTED = """() => {
  const wall = document.getElementById("wall"), map = document.getElementById("map");
  if (!wall || !window.tonglan?.drawn || wall.getAttribute("aria-busy") === "true") return false;
  if (!document.querySelector(".p .hero, .page h1") || document.fonts.status !== "loaded") return false;
  if (document.querySelector(".long[role=group]:not(:has(.ag-row, .ag-overlay))")) return false;
  if ([...document.querySelectorAll(".plot")].some(plot => plot.offsetParent && !plot.querySelector("svg"))) return false;
  return !map?.offsetParent || "idle" in map.dataset;
}"""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def main() -> int:
    """Take the pictures; say each file as it is written, and how long all took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=None, help="the running screen; default: as the settings say")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--only", default="", help="only the shots whose name holds this")
    parser.add_argument("--sizes", default=",".join(SIZES), help=f"of {', '.join(SIZES)}")
    parser.add_argument("--running", action="store_true", help="only the running screen: no scratch schema, no silent source")
    asked = parser.parse_args()
    sizes = asked.sizes.split(",")
    if unknown := set(sizes) - set(SIZES):
        parser.error(f"no such size: {', '.join(sorted(unknown))}; there are {', '.join(SIZES)}")
    settings = Settings()
    database = settings.database_url or private.status()
    if database is None:
        print("Nothing to picture: start it first with `make run`.", file=sys.stderr)
        return 2
    engine = engines.create(database, statement_timeout_ms=20_000)
    city = cities.load(engine)
    if city is None:
        print("The city is not loaded yet: wait for `make run` to show it.", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))   # leave as after an error: the scratch schema goes
    began = time.monotonic()
    now = datetime.now(UTC)
    with chromium.launched() as browser:
        camera = Camera(browser, asked.out, sizes, asked.only)
        camera.take(asked.url or f"http://{settings.host}:{settings.port}", shots(engine, city, now))
        if not asked.running:
            silence(camera, engine, city, database, now)
    print(f"{camera.taken} pictures in {time.monotonic() - began:.0f} s; not painted within {LIMIT_MS // 1000} s: {camera.late}")
    return 1 if camera.late else 0


class Camera:
    """Takes pictures of addresses: a browser context for each size, so that scripts and letters come once."""

    def __init__(self, browser: Browser, out: Path, sizes: list[str], only: str) -> None:
        self.browser, self.out, self.sizes, self.only = browser, out, sizes, only
        self.taken = self.late = 0

    def wanted(self, among: Iterable[Shot]) -> list[Shot]:
        """Those whose name was asked for and that have one of the sizes."""
        return [shot for shot in among if self.only in shot.name and not set(self.sizes).isdisjoint(shot.sizes)]

    def take(self, url: str, among: Iterable[Shot]) -> None:
        """Save the wanted pictures of one screen."""
        wanted = self.wanted(among)
        for size in self.sizes:
            width, height = SIZES[size]
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, reduced_motion="reduce", color_scheme="dark")
            for shot in wanted:
                if size in shot.sizes:
                    page = context.new_page()
                    self.picture(page, url.rstrip("/") + shot.address, self.out / f"{shot.name}-{size}.png", size in DESKS)
                    page.close()
            context.close()

    def picture(self, page: Page, address: str, path: Path, whole: bool) -> None:
        """Save one view as soon as it is painted; when it is not in time, as it is, and say so."""
        began = time.monotonic()
        page.goto(address)
        try:
            page.wait_for_function(PAINTED, timeout=LIMIT_MS, polling=50)
            note = ""
        except TimeoutError:
            self.late += 1
            note = f"  NOT PAINTED within {LIMIT_MS // 1000} s"
        page.evaluate(FRAMES)
        page.screenshot(path=path, full_page=whole, timeout=LIMIT_MS)
        self.taken += 1
        print(f"{path}  {time.monotonic() - began:.1f} s{note}", flush=True)


def silence(camera: Camera, engine: Engine, city: City, database: str, now: datetime) -> None:
    """Take the pictures of silent sources, where any are asked for."""
    hushed = chosen(engine)
    among = list(silent_shots(city, hushed))
    if camera.wanted(among):
        with silenced(engine, hushed, now), application(database, PORT, "bench.silence:server()"):
            camera.take(f"http://127.0.0.1:{PORT}", among)


if __name__ == "__main__":
    sys.exit(main())
