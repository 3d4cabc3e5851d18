"""Pictures of the running screen's main views, for people to judge: `python -m bench.shots [--url …] [--out shots]`."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from cluster import private
from data_access import agencies, cases, devices, sources
from data_access import city as cities
from data_access import engine as engines
from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.scope import Scope
from indicators.text import LANGUAGES
from layouts.view import Opened, Page, View, href
from settings import Settings

SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160), "ultrawide": (7680, 2160), "phone": (390, 844)}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SETTLED_MS = 60_000


@dataclass(frozen=True)
class Shot:
    """One picture: its name and the view it shows."""

    name: str
    view: View


def main() -> int:
    """Take the pictures; say each file as it is written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=None, help="the running screen; default: as the settings say")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--only", default="", help="only the shots whose name holds this")
    parser.add_argument("--sizes", default="1080p,4k", help=f"of {', '.join(SIZES)}")
    asked = parser.parse_args()
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
    wanted = [shot for shot in shots(engine, city) if asked.only in shot.name]
    take(asked.url or f"http://{settings.host}:{settings.port}", wanted, asked.sizes.split(","), asked.out)
    return 0


def shots(engine: Engine, city: City) -> Iterator[Shot]:
    """The main views in both languages: down the tree along the latest region, and one record of each kind."""
    now = datetime.now(UTC)
    path = city.path(latest(engine, city, now))
    subjects = records(engine, city, now)
    for language in LANGUAGES:
        for region in path:
            yield Shot(f"{region.level}-{city.levels[region.level].key}-{language}", View(Scope(region.code, language=language)))
        for name, view in subjects.items():
            yield Shot(f"{name}-{language}", replace(view, scope=replace(view.scope, language=language)))


def latest(engine: Engine, city: City, now: datetime) -> Region:
    """The leaf with the longest overdue case, or the first leaf."""
    late = cases.most_overdue(engine, city.root.region_id, now, 1)
    if late:
        return city.regions[late[0].region_id]
    return max(city.regions.values(), key=lambda region: region.level)


def records(engine: Engine, city: City, now: datetime) -> dict[str, View]:
    """A late case, a device in alarm (or any), the most loaded agency, and the lists."""
    home = city.root.code
    views = {
        "dimension": View(Scope(home), Opened("dimension", "events")),
        "indicator": View(Scope(home), Opened("indicator", "event_closed_on_time")),
        "sources": View(Scope(home), page=Page()),
        "source": View(Scope(home), page=Page(worst(engine))),
        "attention": View(Scope(home), Opened("attention")),
    }
    for late in cases.most_overdue(engine, city.root.region_id, now, 1):
        views["case"] = View(Scope(above(city, late.region_id).code), Opened("case", str(late.case_id)))
    alarm = devices.alarms(engine, city.root.region_id, now, 1)
    if alarm:
        views["device"] = View(Scope(above(city, alarm[0].region_id).code), Opened("device", alarm[0].device_code))
    else:
        with reading(engine, "a device") as connection:
            code = connection.execute(sql("SELECT code FROM device WHERE last_at IS NOT NULL ORDER BY code LIMIT 1")).scalar()
        if code:
            views["device"] = View(Scope(home), Opened("device", code))
    for load in agencies.load(engine, city.root.region_id, now, now)[:1]:
        views["agency"] = View(Scope(home), Opened("agency", load.code))
    return views


def worst(engine: Engine) -> str:
    """The source with the most rejects."""
    return max(sources.sources(engine), key=lambda source: source.rejected).key


def above(city: City, region_id: int) -> Region:
    """The region's ancestor two levels below the city, where a record is best seen among its neighbours."""
    path = city.path(city.regions[region_id])
    return path[min(2, len(path) - 1)]


def take(url: str, wanted: list[Shot], sizes: list[str], out: Path) -> None:
    """Open each view in a fresh page of each size, wait until it is painted, and save it."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit("No Chromium found: install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        for shot in wanted:
            for size in sizes:
                print(picture(browser, url, shot, size, out), flush=True)
        browser.close()


def picture(browser: Browser, url: str, shot: Shot, size: str, out: Path) -> Path:
    """One view at one size."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url.rstrip("/") + href(shot.view))
    page.wait_for_selector(":is(.p .hero, .page h1)", timeout=SETTLED_MS)
    page.wait_for_timeout(6000 if size in ("1080p", "phone") else 12000)
    path = out / f"{shot.name}-{size}.png"
    page.screenshot(path=path, full_page=size == "phone")
    context.close()
    return path


if __name__ == "__main__":
    sys.exit(main())
