"""From the commit of a case to the changed pixel, with many viewers, as JSON: `python -m bench.live [--database URL]`.

Starts the application on the database as it is really served, lets viewers watch the city and regions below it by
their streams, one of them in a real browser, and sends cases through the ingest door, one after another, at random
moments. **The cases stay in the database**: give it a copy. Others may send to the copy meanwhile, as the simulator does:
what the screen must count is read after each commit. The goal: 95 of 100 within 1.5 s of the commit.
"""

import argparse
import hashlib
import json
import os
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from playwright.sync_api import Page, sync_playwright

from bench.chromium import BROWSERS, SWITCHES
from cluster import private
from data_access import city as cities
from data_access import engine as engines
from data_access import readings
from data_access.city import City, Region
from data_access.engine import Engine, sql
from indicators.library import INDICATORS
from indicators.scope import Scope
from settings import ROOT, Settings

GOAL_S = 1.5
PATIENCE_S = 15.0
SOURCE = "bench"
TABLES = ("city_case", "observation", "message", "place", "rollup_hour")

# What the page shows of the cases, each in its own way: the feed their names; the panel, the ranking and the map how many
# were reported, in all and by region. A number is noted with the frame that shows it; the map is looked at now and then.
WATCH = """() => {
  window.seen = {};
  window.counts = {panel: [], ranking: [], map: []};
  const shown = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(Date.now() / 1000)));
  const watch = (id, look) => new MutationObserver(look).observe(
    document.getElementById(id), {subtree: true, childList: true, characterData: true});
  const number = (text) => Number(text.replaceAll(",", ""));
  const sum = (selector) => [...document.querySelectorAll(selector)].reduce((all, one) => all + number(one.textContent), 0);
  const note = (name, value) => {
    const last = window.counts[name].at(-1);
    if (value && (!last || last[0] !== value)) {
      const entry = [value, null];
      window.counts[name].push(entry);
      shown((at) => { entry[1] = at; });
    }
  };
  const count = (name, id, selector) => {
    const look = () => note(name, sum(selector));
    watch(id, look);
    look();
  };
  watch("feed", () => {
    for (const [name] of document.getElementById("feed").textContent.matchAll(/bench-[0-9a-f]{8}/g)) {
      if (!(name in window.seen)) {
        window.seen[name] = null;
        shown((at) => { window.seen[name] = at; });
      }
    }
  });
  count("panel", "panel-events", "#panel-events .hero .v");
  count("ranking", "ranking", "#ranking td.v");
  setInterval(() => {
    const of = Object.values(window.tonglan.map.shown?.paint.values ?? {});
    note("map", of.reduce((all, one) => all + number(one), 0));
  }, 50);
}"""
PANEL = b'"panel-events"'
FACES = ("panel", "ranking", "map")
INDICATOR = "event_reported"
PAGE = f"/?lang=en&i={INDICATOR}"     # a ranking and a map of how many cases were reported


@dataclass
class Viewer:
    """One open stream: which region it watches, and when each case came to it."""

    address: str
    region: Region
    seen: dict[str, float] = field(default_factory=dict)
    bytes: int = 0
    whole_s: float = 0.0
    reported: list[tuple[float, float | None]] = field(default_factory=list)

    def watch(self, site: str) -> None:
        """Read the stream for as long as there is one."""
        begun = time.time()
        with urllib.request.urlopen(f"{site}/live{self.address}") as stream:
            for line in stream:
                self.bytes += len(line)
                if not self.whole_s and line.startswith(b'data: {"address"'):
                    self.whole_s = time.time() - begun
                if line.startswith(b"data: {") and PANEL in line:
                    self.note(orjson.loads(line[6:]))
                for part in line.split(b"bench-")[1:]:
                    self.seen.setdefault("bench-" + part[:8].decode(errors="replace"), time.time())

    def note(self, told: dict[str, Any]) -> None:
        """Note how many cases the events panel counts now."""
        now = time.time()
        panel = told.get("props", {}).get(PANEL.decode().strip('"'))
        for value in () if panel is None else leading(panel):
            self.reported.append((value, now))


def leading(drawn: Any) -> list[float]:
    """The leading value of a drawn panel."""
    if isinstance(drawn, list):
        return [value for part in drawn for value in leading(part)]
    if not isinstance(drawn, dict):
        return []
    props = drawn.get("props", drawn)
    if props.get("className") == "v":
        return [float(str(props["children"]).replace(",", ""))]
    return leading(props.get("children"))


@dataclass(frozen=True)
class Sent:
    """One case on its way: `at` the moment of sending, `taken` that of the door's answer, after the commit; `counted`
    is how many cases there were right then, with this one."""

    name: str
    region: Region
    at: float
    taken: float
    counted: float


def watched(city: City, count: int) -> list[Viewer]:
    """Half of the viewers at the city in both languages, the others spread over the regions of the next two levels."""
    middle = [region for level in (1, 2) for region in city.regions.values() if region.level == level][:max(count // 2, 1)]
    found = []
    for number in range(count):
        region = city.root if number % 2 == 0 else middle[(number // 2) % len(middle)]
        language = "zh" if number % 4 < 2 else "en"
        found.append(Viewer(f"/r/{region.code}?lang={language}", region))
    return found


@contextmanager
def application(url: str, port: int, entry: str = "app:server()") -> Iterator[int]:
    """The application in a process of its own, as `run` starts it; its worker's process id."""
    command = [sys.executable, "-m", "gunicorn", entry, "--bind", f"127.0.0.1:{port}", "--worker-class", "live.hearing.Worker",
               "--threads", "128", "--no-control-socket", "--graceful-timeout", "1", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url, "BRIEFINGS": "false"},
                               start_new_session=True)
    try:
        deadline = time.time() + 60
        while not ready(port):
            assert time.time() < deadline, "the application does not start"
            time.sleep(0.2)
        yield int(subprocess.check_output(["pgrep", "-P", str(process.pid)]).split()[0])
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def ready(port: int) -> bool:
    """Whether the application has its city."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return json.load(answer)["city"] is not None
    except OSError:
        return False


def admitted(engine: Engine) -> str:
    """Make the bench a source that may send. Returns: its token."""
    token = secrets.token_hex(16)
    with engine.begin() as connection:
        connection.execute(sql("""
            INSERT INTO source (key, name_zh, name_en, owner, licence, kind, simulated, refresh_seconds, token_hash)
            VALUES (:key, '测速', 'Bench', 'bench', 'CC0-1.0', 'business', true, 3600, :hash)
            ON CONFLICT (key) DO UPDATE SET token_hash = excluded.token_hash"""),
            {"key": SOURCE, "hash": hashlib.sha256(token.encode()).hexdigest()})
    return token


def post(site: str, token: str, city: City, kind: str, count: Callable[[], float]) -> Sent:
    """Send one case to somewhere in the city, and count the cases."""
    leaf = random.choice([region for region in city.regions.values() if region.label and not city.children(region)])
    name, now = f"bench-{secrets.token_hex(4)}", datetime.now(UTC)
    assert leaf.label is not None
    row = {"id": name, "class": kind, "channel": "system", "title": name, "lon": leaf.label[0], "lat": leaf.label[1],
           "reported_at": now.isoformat(), "due_at": (now + timedelta(hours=4)).isoformat()}
    request = urllib.request.Request(
        f"{site}/ingest/v1/cases", json.dumps({"rows": [row]}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    at = time.time()
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["taken"] == 1
    return Sent(name, leaf, at, time.time(), count())


def reported(engine: Engine, city: City) -> float:
    """How many cases the screen must count now."""
    told = readings.readings(engine, city, [INDICATORS[INDICATOR]], Scope(city.root.code), datetime.now(UTC))[INDICATOR]
    assert told.value is not None, "the city has no cases"
    return told.value


def measure(url: str, viewers: int, cases: int, port: int) -> dict[str, Any]:
    """Run the whole measurement."""
    engine = engines.create(url, statement_timeout_ms=60000)
    city = cities.load(engine)
    assert city is not None, "no city is loaded"
    with engine.connect() as connection:
        kind = str(connection.execute(sql("SELECT code FROM case_class WHERE due_hours IS NOT NULL LIMIT 1")).scalar_one())
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "Chromium is not installed"
    token, site = admitted(engine), f"http://127.0.0.1:{port}"
    streams = watched(city, viewers - 1)
    with application(url, port) as worker, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=SWITCHES)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        for viewer in streams:
            threading.Thread(target=watch_quietly, args=(viewer, site), daemon=True).start()
        page.goto(f"{site}{PAGE}")
        page.wait_for_selector("#panel-events .hero", timeout=60000)
        page.wait_for_selector("#map-key .map-key-state b", timeout=60000)
        time.sleep(5)
        page.evaluate(WATCH)
        before = usage(worker), health(site), time.time()
        sent = []
        for _ in range(cases):
            time.sleep(random.uniform(0.5, 2.5))
            sent.append(post(site, token, city, kind, lambda: reported(engine, city)))
        settle(page, sent)
        after = usage(worker), health(site), time.time()
        pixels: dict[str, float | None] = page.evaluate("window.seen")
        counts: dict[str, list[tuple[float, float | None]]] = page.evaluate("window.counts")
        heap = page.evaluate("performance.memory.usedJSHeapSize")
        browser.close()
    return {
        "rows": rows(engine), "viewers": viewers, "views": after[1]["views"], "cases": cases,
        "commit_to_pixel_s": {
            "feed": spread([seen - one.taken for one in sent if (seen := pixels.get(one.name))]),
            **{face: spread(counted(counts[face], sent)) for face in FACES}},
        "sent_to_pixel_s": spread([seen - one.at for one in sent if (seen := pixels.get(one.name))]),
        "commit_to_stream_s": {
            "feed": spread(reached(city, streams, sent)),
            "panel": spread([late for viewer in streams if viewer.region == city.root
                             for late in counted(viewer.reported, sent)])},
        "missed": sum(not pixels.get(one.name) for one in sent), "goal_p95_s": GOAL_S,
        "first_picture_s": spread([viewer.whole_s for viewer in streams]),
        "application": {
            "rss_mb": after[0][1], "cpu_share": round((after[0][0] - before[0][0]) / (after[2] - before[2]), 3),
            "ticks": after[1]["ticks"] - before[1]["ticks"], "paintings": after[1]["paintings"] - before[1]["paintings"]},
        "page_heap_mb": round(heap / 2**20, 1),
        "stream_kb_per_viewer_s": round(statistics.mean(viewer.bytes for viewer in streams) / 1000 / (after[2] - before[2]), 2),
    }


def watch_quietly(viewer: Viewer, site: str) -> None:
    """Watch until the application ends."""
    try:
        viewer.watch(site)
    except OSError:
        return


def settle(page: Page, sent: Sequence[Sent]) -> None:
    """Give the last cases time to arrive."""
    deadline = time.time() + PATIENCE_S
    while time.time() < deadline:
        seen: dict[str, float | None] = page.evaluate("window.seen")
        counts: dict[str, list[tuple[float, float | None]]] = page.evaluate("window.counts")
        if all(seen.get(one.name) for one in sent) and all(len(counted(counts[face], sent)) == len(sent) for face in FACES):
            return
        time.sleep(0.2)


def reached(city: City, viewers: Sequence[Viewer], sent: Sequence[Sent]) -> list[float]:
    """For every case and every viewer who watches a region that it lies in: how long it took."""
    return [viewer.seen[one.name] - one.taken for viewer in viewers for one in sent
            if viewer.region in city.path(one.region) and one.name in viewer.seen]


def counted(shown: Sequence[tuple[float, float | None]], sent: Sequence[Sent]) -> list[float]:
    """For every case: how long until a number was shown that counts it."""
    found = []
    for one in sent:
        at = next((at for value, at in shown if at is not None and value >= one.counted), None)
        if at is not None:
            found.append(at - one.taken)
    return found


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """Count, median, 95th percentile and maximum."""
    if not values:
        return None
    ordered = sorted(values)
    return {"n": len(ordered), "p50": round(statistics.median(ordered), 3),
            "p95": round(ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)], 3), "max": round(ordered[-1], 3)}


def usage(process: int) -> tuple[float, float]:
    """A process's CPU seconds so far, and its memory in MB."""
    about = Path("/proc") / str(process)
    fields = (about / "stat").read_text().rsplit(") ", 1)[1].split()
    resident = next(int(line.split()[1]) for line in (about / "status").read_text().splitlines() if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), round(resident / 1024, 1)


def health(site: str) -> dict[str, Any]:
    """What the application says of itself."""
    with urllib.request.urlopen(f"{site}/healthz", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def rows(engine: Engine) -> dict[str, int]:
    """About how many rows the tables have, partitions together."""
    with engine.connect() as connection:
        return {table: int(connection.execute(sql("""
            SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)
              FROM pg_class c
             WHERE c.oid = to_regclass(:table)
                OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(:table))
            """), {"table": table}).scalar_one()) for table in TABLES}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default=None, help="the URL of a copy (default: DATABASE_URL, or the private one)")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--port", type=int, default=8099)
    given = parser.parse_args()
    url = given.database or Settings().database_url or private.status()
    if url is None:
        sys.exit("no database: give --database, or start the private one")
    print(json.dumps(measure(url, given.viewers, given.cases, given.port), indent=1))


if __name__ == "__main__":
    main()
