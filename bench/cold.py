"""A page opened with an empty cache: when it paints, when it can be used, and what it weighs."""

from typing import Any

from playwright.sync_api import Browser

from bench import trace
from bench.figures import spread

ROUNDS = 3
MB = 1 << 20
GOALS = {"first_paint_s": 2.0, "interactive_s": 3.0, "script_and_style_mb": 2.5}
PANELS = 6

PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

# Usable: all panels have their numbers in a painted frame, and the thread was free within 50 ms of it.
WATCH = f"""(() => {{
  const times = window.opened = {{}};
  const watcher = new MutationObserver(() => {{
    if (document.querySelectorAll(".p .hero").length < {PANELS}) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => {{
      times.numbers = performance.now();
      performance.mark("bench-numbers");
      (function free(asked) {{
        setTimeout(() => performance.now() - asked < 50 ? times.usable = performance.now() : free(performance.now()));
      }})(performance.now());
    }}));
  }});
  watcher.observe(document, {{subtree: true, childList: true}});
}})()"""


def cold(browser: Browser, url: str, address: str) -> dict[str, Any]:
    """Open the page a few times, each in a browser context of its own."""
    rounds = [once(browser, url + address, url) for _ in range(ROUNDS)]

    def of(name: str) -> dict[str, float]:
        return spread([one[name] for one in rounds], 2)

    return {"rounds": ROUNDS, "goals": GOALS, **{name: of(name) for name in rounds[0]}}


def once(browser: Browser, address: str, url: str) -> dict[str, float]:
    """One page, from nothing."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=1)
    page = context.new_page()
    page.add_init_script(WATCH)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    weights: dict[str, float] = {}
    kinds: dict[str, str] = {}
    network.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], e["type"]))
    network.on("Network.loadingFinished", lambda e: weights.__setitem__(e["requestId"], e["encodedDataLength"]))
    with trace.traced(browser, page) as events:
        page.goto(address)
        while not page.evaluate("window.opened?.usable ?? 0"):
            page.wait_for_timeout(100)
    times = page.evaluate("opened")
    paint = page.wait_for_function(PAINTED, polling=100).json_value()     # told later than it happens
    while not page.evaluate("Boolean(window.tonglan.map?.ready)"):   # the map comes late, and weighs, too
        page.wait_for_timeout(200)
    heavy = sum(size for request, size in weights.items() if kinds.get(request) in ("Script", "Stylesheet"))
    context.close()
    until = trace.marks(events, "bench-numbers")[0]
    busy = sum(task.own for task in trace.tasks(events, url) if task.at < until)
    return {"first_paint_s": paint / 1000, "numbers_s": times["numbers"] / 1000, "interactive_s": times["usable"] / 1000,
            "page_cpu_until_numbers_s": busy / 1000, "script_and_style_mb": heavy / MB}
