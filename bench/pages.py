"""How long the pages for leaders take, as JSON: `python -m bench.pages [--url …] [--rounds N] [--only region,…]`.

Each page is opened in the installed Chromium, by the browser's own clock, in four ways:

- `cold`: in a browser that has never seen the screen, of a region (or, of the city, in a period) that nobody has just looked at;
- `warm`: again, in another tab of the same browser;
- `followed`: within the loaded page, from the wall of the same region, as Back, Forward and keys lead there;
- `clicked`: by the wall's own link to it, where there is one, on which a pointer rests first: as leaders go from one to the next.

`painted` is when all numbers of the page stand in a painted frame, `whole` when its charts and tables do, too. Then each page is
printed as PDF, the first one with the start of the browser that prints. The screen must run, and its database must be that of
the settings; nothing is written. How much the city holds and how busy the machine was stand beside the figures.
"""

import argparse
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine

from bench import chromium
from bench.figures import spread
from bench.views import pages
from cluster import private
from data_access import city as cities
from data_access import engine as engines
from data_access.city import City
from data_access.engine import reading, sql
from layouts.address.pages import ComparePage
from layouts.view import View, href
from settings import Settings

GOALS = {"region": {"cold_painted_s": 1.0, "warm_painted_s": 0.3}, "pdf_s": 5.0}
SIZE = {"width": 1440, "height": 900}
LIMIT_MS = 120_000
PERIODS = ("30d", "90d", "7d", "month", "quarter")   # in which the city's own pages are opened for the first time
TABLES = ("city_case", "case_step", "message", "observation")

# Looks at each frame whether the numbers of the address stand there, and whether all else does; from `bench.since` on.
WATCH = """(() => {
  const bench = window.bench = {since: 0, from: null};
  const painted = () => {
    const wall = document.getElementById("wall"), drawn = window.tonglan?.drawn;
    return wall && drawn && drawn !== bench.from && wall.getAttribute("aria-busy") !== "true"
      && document.querySelector(".page h1");
  };
  const whole = () => !document.querySelector(".long[role=group]:not(:has(.ag-row, .ag-overlay))")
    && [...document.querySelectorAll(".plot")].every(plot => !plot.offsetParent || plot.querySelector("svg"));
  (function look() {
    if (painted()) {
      bench.painted ??= performance.now() - bench.since;
      if (whole()) bench.whole ??= performance.now() - bench.since;
    }
    requestAnimationFrame(look);
  })();
})()"""
BEGIN = "() => { Object.assign(bench, {painted: undefined, whole: undefined, from: tonglan.drawn, since: performance.now()}); }"
LOOK_MS = 2000           # how long the wall is looked at: its map is drawn by then
HOVER_MS = 400           # how long the pointer rests on a link before it is pressed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=f"http://127.0.0.1:{Settings().port}", help="the running screen")
    parser.add_argument("--rounds", type=int, default=3, help="regions, or periods, that each page is opened for")
    parser.add_argument("--only", default="", help="the names of pages, apart by commas")
    asked = parser.parse_args()
    database = Settings().database_url or private.status()
    assert database is not None, "no database: start it first with `make run`"
    engine = engines.create(database, statement_timeout_ms=60_000)
    city = cities.load(engine)
    assert city is not None, "the city is not loaded yet"
    found = pages(engine, city, datetime.now(UTC))
    wanted = {name: view for name, view in found.items() if not asked.only or name in asked.only.split(",")}
    before, url = os.getloadavg()[0], asked.url.rstrip("/")
    with chromium.launched() as browser:
        opened_ = {name: opened(browser, url, city, view, asked.rounds) for name, view in wanted.items()}
    told = {"cores": os.cpu_count(), "load_average": [round(before, 1), round(os.getloadavg()[0], 1)], "holds": holds(engine),
            "rounds": asked.rounds, "goals": GOALS, "pages_s": opened_,
            "pdf_s": {name: printed(url, view) for name, view in wanted.items()}}
    print(json.dumps(told, indent=1, ensure_ascii=False))


def holds(engine: Engine) -> dict[str, int]:
    """About how much there is, as the database reckons; partitions are added up."""
    with reading(engine, "the city's size") as connection:
        return {table: int(connection.execute(sql("""
            SELECT coalesce(sum(s.n_live_tup), 0) FROM pg_stat_user_tables s
             WHERE s.relname = :table
                OR s.relid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = CAST(:table AS regclass))"""),
            {"table": table}).scalar_one()) for table in TABLES}


def alike(city: City, view: View) -> Iterator[View]:
    """The same page of other regions of its level; of the city, in other periods."""
    own = city.region(view.scope.region)
    if own.parent_id is None:
        yield from (replace(view, scope=replace(view.scope, window=window)) for window in PERIODS)
        return
    beside = view.page.others if isinstance(view.page, ComparePage) else ()
    every = sorted(region.code for region in city.regions.values() if region.level == own.level and region.code not in beside)
    at = every.index(own.code)
    yield from (replace(view, scope=replace(view.scope, region=code)) for code in (*every[at:], *every[:at]))


def opened(browser: Browser, url: str, city: City, view: View, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """One kind of page, opened in each way."""
    times: dict[str, list[dict[str, float]]] = {"cold": [], "warm": [], "followed": [], "clicked": []}
    for one in islice(alike(city, view), rounds):
        context = browser.new_context(viewport=SIZE, device_scale_factor=1)   # type: ignore[arg-type]
        times["cold"].append(loaded(context, url + href(one)))
        times["warm"].append(loaded(context, url + href(one)))
        for way, go in (("followed", went), ("clicked", clicked)):
            found = followed(context, url + href(replace(one, page=None)), href(one), go)
            times[way] += [found] if found else []
        context.close()
    return {way: {mark: spread([one[mark] for one in found], 2) for mark in ("painted", "whole")}
            for way, found in times.items() if found}


def loaded(context: BrowserContext, address: str) -> dict[str, float]:
    """Open an address in a tab of its own."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    found = stood(page)
    page.close()
    return found


def followed(context: BrowserContext, start: str, address: str, go: Callable[[Page, str], bool]) -> dict[str, float] | None:
    """Go from the wall of the same region to a page. Returns: None where the wall has no way to it."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(start)
    page.wait_for_function("() => window.tonglan?.drawn && document.querySelector('.p .hero')", timeout=LIMIT_MS)
    page.wait_for_function("() => window.tonglan.map?.map?.loaded()", timeout=LIMIT_MS)
    page.wait_for_timeout(LOOK_MS)
    found = stood(page) if go(page, address) else None
    page.close()
    return found


def went(page: Page, address: str) -> bool:
    """Go to an address, as Back does."""
    page.evaluate(BEGIN)
    page.evaluate("address => window.tonglan.go(address)", address)
    return True


def clicked(page: Page, address: str) -> bool:
    """Let the pointer rest on the link to an address, and press it. Returns: whether there is one."""
    link = page.locator(f'a[href="{address}"]').first
    if not link.count():
        return False
    link.hover()
    page.wait_for_timeout(HOVER_MS)
    page.evaluate(f"document.addEventListener('click', () => ({BEGIN})(), {{capture: true, once: true}})")
    link.click()
    return True


def stood(page: Page) -> dict[str, float]:
    """The seconds until the page was painted, and whole."""
    page.wait_for_function("() => window.bench?.whole !== undefined", timeout=LIMIT_MS, polling=100)
    return {mark: page.evaluate(f"() => bench.{mark}") / 1000 for mark in ("painted", "whole")}


def printed(url: str, view: View) -> float:
    """The seconds until a page is there as PDF."""
    began = time.monotonic()
    with urllib.request.urlopen(f"{url}/print{href(view)}", timeout=LIMIT_MS / 1000) as answer:
        assert answer.read(5) == b"%PDF-"
        answer.read()
    return round(time.monotonic() - began, 2)


if __name__ == "__main__":
    main()
