"""What the wall asks of a browser, as JSON: `make bench-wall`, or `python -m bench.wall [--url …] [--pushes 20000]`.

On the running screen: the weight and the first paint of a cold page, drill-down from click to paint, and a soak in
which every panel changes with every push while heap, DOM nodes, listeners and the renderer's memory are watched.
The soak replays a real picture with other digits through the page's own script; nothing is written anywhere.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.shots import BROWSERS, SWITCHES
from settings import Settings

GOALS = {"first_paint_s": 2.0, "interactive_s": 3.0, "script_and_style_mb": 2.5, "drill_p95_ms": 300.0, "push_p95_ms": 50.0,
         "growth": 1.10}
WARM_UP = 300
DRILLS = 12
PANELS = ("crumbs", "attention", "ranking", "feed", "panel-people", "panel-places", "panel-events", "panel-objects",
          "panel-situation", "panel-organizations")
WATCHED = {"JSHeapUsedSize": "heap_mb", "Nodes": "nodes", "JSEventListeners": "listeners"}
MB = 1 << 20


def main() -> int:
    """Measure the running screen and print what was seen."""
    settings = Settings()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=f"http://127.0.0.1:{settings.port}")
    parser.add_argument("--pushes", type=int, default=20_000)
    asked = parser.parse_args()
    url = asked.url.rstrip("/")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit("No Chromium found: install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*SWITCHES, "--enable-precise-memory-info"])
        seen = {"load_average": os.getloadavg()[0], "goals": GOALS, "cold": cold(browser, url), "drill": drill(browser, url),
                "soak": soak(browser, url, asked.pushes)}
        browser.close()
    print(json.dumps(seen, indent=2))
    return 0


def cold(browser: Browser, url: str) -> dict[str, float]:
    """A page opened with an empty cache: when it painted first, when all panels stood, and what scripts and styles weighed."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    weights: dict[str, float] = {}
    kinds: dict[str, str] = {}
    network.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], e["type"]))
    network.on("Network.loadingFinished", lambda e: weights.__setitem__(e["requestId"], e["encodedDataLength"]))
    began = time.monotonic()
    page.goto(url)
    page.wait_for_selector(".p .hero .v", timeout=60_000)
    interactive = time.monotonic() - began
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")
    page.wait_for_timeout(4000)
    heavy = sum(size for request, size in weights.items() if kinds.get(request) in ("Script", "Stylesheet"))
    page.context.close()
    return {"first_paint_s": round((paint or 0) / 1000, 2), "interactive_s": round(interactive, 2),
            "script_and_style_mb": round(heavy / MB, 2)}


def drill(browser: Browser, url: str) -> dict[str, float]:
    """Clicks on the first region of the ranking and back: from the click to the frame with the new path."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.goto(url)
    page.wait_for_selector(".rank a", timeout=60_000)
    page.wait_for_timeout(3000)
    took = []
    for n in range(DRILLS):
        took.append(page.evaluate("""async () => {
            const link = document.querySelector('.rank a'), crumbs = document.getElementById('crumbs');
            const before = crumbs.textContent, began = performance.now();
            link.click();
            while (crumbs.textContent === before) {
                if (performance.now() - began > 20000) throw new Error("a click led nowhere within 20 s");
                await new Promise(requestAnimationFrame);
            }
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            return performance.now() - began; }"""))
        page.go_back()
        page.wait_for_timeout(1500 if n else 3000)
    page.context.close()
    first, *warm = took
    return {"clicks": DRILLS, "first_ms": round(first), "p50_ms": round(statistics.median(warm)), "p95_ms": round(high(warm))}


def soak(browser: Browser, url: str, pushes: int) -> dict[str, Any]:
    """Push after push, as fast as they are painted: what a push costs, and what is left behind."""
    picture, version = recorded(url)
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, bypass_csp=True).new_page()
    page.add_init_script((Path(__file__).parent / "soak.js").read_text(encoding="utf-8"))
    page.goto(url)
    page.wait_for_function("() => window.dash_clientside?.set_props && document.getElementById('wall')")
    page.evaluate("([picture, version]) => soak.begin(picture, version)", [picture, version])
    page.wait_for_selector(".p .hero .v")
    changing = [name for name in PANELS if name in picture["props"]]
    push(page, picture, changing, WARM_UP)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before, began = held(browser, session), time.monotonic()
    took = push(page, picture, changing, pushes)
    minutes = (time.monotonic() - began) / 60
    after = held(browser, session)
    page.context.close()
    return {"pushes": pushes, "changing_parts": len(changing), "bytes_a_push": len(json.dumps(
                {name: picture["props"][name] for name in changing}, ensure_ascii=False).encode()),
            "minutes": round(minutes, 1), "push_p50_ms": round(statistics.median(took), 1), "push_p95_ms": round(high(took), 1),
            "before": before, "after": after, "growth": {name: round(after[name] / before[name], 3) for name in before}}


def push(page: Page, picture: dict[str, Any], changing: list[str], times: int) -> list[float]:
    """Push in portions, so that one answer of the browser stays small."""
    took: list[float] = []
    while len(took) < times:
        took += page.evaluate("([picture, ids, times]) => soak.push(picture, ids, times)",
                              [picture, changing, min(200, times - len(took))])
    return took


def recorded(url: str) -> tuple[dict[str, Any], str]:
    """One whole picture from the real stream, and the build's version."""
    version = ""
    with urllib.request.urlopen(f"{url}/live/", timeout=60) as stream:
        name = ""
        for line in stream:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: ") and name == "hello":
                version = json.loads(line[6:])["version"]
            elif line.startswith(b"data: ") and name == "picture":
                return json.loads(line[6:]), version
    raise RuntimeError("the stream ended without a picture")


def held(browser: Browser, session: CDPSession) -> dict[str, float]:
    """What the page holds after a collection: heap, nodes, listeners, and its process's resident memory."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    found = {name: metrics[key] / (MB if name.endswith("_mb") else 1) for key, name in WATCHED.items()}
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [one["id"] for one in processes if one["type"] == "renderer"]
    found["renderer_mb"] = max(resident_mb(number) for number in renderers)
    return {name: round(value, 1) for name, value in found.items()}


def resident_mb(process: int) -> float:
    """A process's resident memory."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def high(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[max(round(len(values) * 0.95) - 1, 0)]


if __name__ == "__main__":
    sys.exit(main())
