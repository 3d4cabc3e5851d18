"""A drill-down from the click to the painted frame, and what of it is the server's.

People click on a picture that they have looked at: the map stands still by then. Without a graphics card a map that still moves
takes the cores that a frame needs, so clicks of somebody in a hurry, while it does, are told apart.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from playwright.sync_api import Browser, Page

from bench import trace
from bench.figures import spread
from bench.replay import PATIENCE_S, messages

CLICKS = 24
TRACED = 8           # clicks more of which the processor's time is traced: that slows each down
HOVER_MS = 200       # how long a pointer rests on a link before it is pressed: people take longer
LOOK_MS = 1200       # and how long they look at what came, at least
STILL_MS = 500       # a map that was not drawn for so long stands still
AHEAD = {"Accept": "application/json"}    # asks for a stream's first picture alone
GOALS = {"click_to_painted_p95_ms": 300, "server_p95_ms": 50}

# Notes when a click came, when its stream was asked for, when the picture was there, and when it was painted.
WATCH = """(() => {
  const times = window.drilled = {};
  const Stream = window.EventSource;
  window.EventSource = class extends Stream {
    constructor(url) {
      super(url);
      times.asked = performance.now();
      this.addEventListener("picture", () => { times.told = performance.now(); });
    }
  };
  document.addEventListener("click", event => {
    times.clicked = event.timeStamp;
    delete times.painted;
    performance.mark("bench-clicked");
    const crumbs = document.getElementById("crumbs"), watcher = new MutationObserver(() => {
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => { times.painted = performance.now(); performance.mark("bench-painted"); }));
    });
    watcher.observe(crumbs, {childList: true, subtree: true, characterData: true});
  }, true);
})()"""


def drill(browser: Browser, url: str, address: str, clicks: int = CLICKS) -> dict[str, Any]:
    """Click on the first regions of the ranking, as a person does who points first, and go back."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=1).new_page()
    page.add_init_script(WATCH)
    page.goto(url + address)
    page.wait_for_selector(".rank tbody a:visible", timeout=PATIENCE_S * 1000)
    page.wait_for_timeout(5000)
    page.evaluate("tonglan.map.map.on('render', () => { window.moved = performance.now(); })")
    seen = there_and_back(page, clicks, still)
    hurried = there_and_back(page, clicks, lambda page: None)
    with trace.traced(browser, page) as events:
        there_and_back(page, TRACED, still)
    page.context.close()
    return {
        "clicks": len(seen), "pointer_rested_ms": HOVER_MS, "goals": GOALS,
        "click_to_painted_ms": spread([one["painted"] - one["clicked"] for one in seen], 0),
        "while_the_map_moves_ms": spread([one["painted"] - one["clicked"] for one in hurried], 0),
        "of_which_asked_to_told_ms": spread([one["told"] - one["asked"] for one in seen], 0),
        "of_which_page_cpu_ms": spread(busy(events, url), 0),
    }


def there_and_back(page: Page, clicks: int, waited: Callable[[Page], None]) -> list[dict[str, float]]:
    """Click on one region after another, and go back. Returns: when what happened, for each."""
    seen = []
    for number in range(clicks):
        seen.append(clicked(page, number))
        page.go_back()
        calm(page)
        page.wait_for_timeout(LOOK_MS)
        waited(page)
    return seen


def still(page: Page) -> None:
    """Wait until the map has come to rest."""
    until(page, f"!(performance.now() - window.moved < {STILL_MS})")


def clicked(page: Page, number: int) -> dict[str, float]:
    """Point at a link of the ranking, press, and wait for the frame."""
    links = page.locator(".rank tbody a:visible")
    link = links.nth(number % links.count())
    link.hover()
    page.wait_for_timeout(HOVER_MS)
    link.click()
    until(page, "'painted' in drilled")
    calm(page)
    found: dict[str, float] = page.evaluate("({...drilled})")
    return found


def calm(page: Page) -> None:
    """Wait until the page shows what its address says."""
    until(page, "document.getElementById('wall').getAttribute('aria-busy') !== 'true'")


def until(page: Page, true: str) -> None:
    """Wait for something in the page. Raises: TimeoutError when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not page.evaluate(true):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_S:.0f} s: {true}")
        page.wait_for_timeout(20)


def busy(events: Sequence[trace.Event], url: str) -> list[float]:
    """The processor's ms of the main thread between each click and its frame, without the map's drawing."""
    found = trace.tasks(events, url)
    stretches = zip(trace.marks(events, "bench-clicked"), trace.marks(events, "bench-painted"), strict=False)
    return [sum(task.own for task in found if task.at + task.wall > start and task.at < end) for start, end in stretches]


def served(url: str, codes: Sequence[str]) -> dict[str, Any]:
    """How long the server takes from the request to the last byte of the picture: unprepared, and painted ahead."""
    with urllib.request.urlopen(f"{url}/live/?lang=en", timeout=PATIENCE_S):   # a wall that watches, as there is one
        anew = [first_picture_ms(url, f"/r/{code}?lang=en") for code in codes]
        ahead = []
        for code in codes:
            urllib.request.urlopen(urllib.request.Request(f"{url}/live/r/{code}?lang=zh", headers=AHEAD), timeout=PATIENCE_S)
            ahead.append(first_picture_ms(url, f"/r/{code}?lang=zh"))
    return {"unprepared_ms": spread(anew), "painted_ahead_ms": spread(ahead)}


def first_picture_ms(url: str, address: str) -> float:
    """From the request to the whole picture."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"{url}/live{address}", timeout=PATIENCE_S) as stream:
        arrived(stream)
        return (time.perf_counter() - began) * 1000


def arrived(lines: Iterable[bytes]) -> None:
    """Read until the picture is there. Raises: EOFError when it does not come."""
    for name, _ in messages(lines):
        if name == "picture":
            return
    raise EOFError("the stream ended without a picture")


def children(url: str) -> list[str]:
    """Codes of regions below the first, as the ranking links to them."""
    with urllib.request.urlopen(f"{url}/live/?lang=en", timeout=PATIENCE_S) as stream:
        for name, body in messages(stream):
            if name == "picture":
                told = json.dumps(body["props"].get("ranking", {}))
                return sorted({part.partition("?")[0].partition('"')[0] for part in told.split('"/r/')[1:]})
    raise EOFError("the stream ended without a picture")
