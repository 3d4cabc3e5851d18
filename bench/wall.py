"""What the wall asks of a browser, as JSON: `make bench-wall`, or `python -m bench.wall [--url …]`.

On the running screen: the weight and the first paint of a cold page, and drill-down from click to paint. Nothing is
written anywhere. Without a graphics card the browser draws the map on the cores that serve it: say so with the figures.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Sequence

from playwright.sync_api import Browser, sync_playwright

from bench.shots import BROWSERS, SWITCHES
from settings import Settings

GOALS = {"first_paint_s": 2.0, "interactive_s": 3.0, "script_and_style_mb": 2.5, "drill_p95_ms": 300.0}
DRILLS = 12
MB = 1 << 20


def main() -> int:
    """Measure the running screen and print what was seen."""
    settings = Settings()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=f"http://127.0.0.1:{settings.port}")
    asked = parser.parse_args()
    url = asked.url.rstrip("/")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit("No Chromium found: install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        seen = {"load_average": os.getloadavg()[0], "goals": GOALS, "cold": cold(browser, url), "drill": drill(browser, url)}
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


def high(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[max(round(len(values) * 0.95) - 1, 0)]


if __name__ == "__main__":
    sys.exit(main())
