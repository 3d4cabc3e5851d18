"""How long our own scripts hold the page while the map is dragged and zoomed, and what tiles it asks for meanwhile."""

from typing import Any

from playwright.sync_api import Browser, Page, Response

from bench import trace
from bench.figures import spread

LIMIT_MS = 50.0
ZOOMS = (10.0, 12.5, 14.5, 16.0)
DRAGS = ((260, 120), (-320, -60))
STEPS = 5
SETTLE_MS = 1500
REST_MS = 8000


def smooth(browser: Browser, url: str, address: str, center: tuple[float, float]) -> dict[str, Any]:
    """Drag and wheel the map over its zooms as a person does, in a trace."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=1).new_page()
    tiles: list[Response] = []
    page.goto(url + address)
    page.wait_for_selector(".p .hero .v", state="attached", timeout=60_000)
    while not page.evaluate("Boolean(window.tonglan.map?.ready)"):
        page.wait_for_timeout(200)
    page.wait_for_timeout(REST_MS)
    page.on("response", lambda response: tiles.append(response) if "/tiles/" in response.url else None)
    found: list[trace.Task] = []
    held: list[float] = []
    with trace.traced(browser, page, profiled=True) as events:
        for zoom in ZOOMS:
            page.evaluate("([zoom, center]) => tonglan.map.map.jumpTo({zoom, center})", [zoom, list(center)])
            page.wait_for_timeout(SETTLE_MS)
            walk(page)
    found = trace.tasks(events, url)
    held = trace.ours(found, trace.samples(events, url))
    sizes = [len(response.body()) for response in tiles if response.status == 200]
    times = [response.request.timing["responseEnd"] - response.request.timing["requestStart"] for response in tiles]
    page.context.close()
    return {
        "zooms": list(ZOOMS), "tasks": len(found), "own_ms_of_a_task": spread([one for one in held if one > 0]),
        "tasks_over_50_ms_of_our_own": sum(one > LIMIT_MS for one in held),
        "tasks_over_50_ms_in_all": sum(task.wall > LIMIT_MS for task in found),
        "tiles_fetched": {"bytes_unpacked": spread(sizes, 0), "ms_seen_by_the_browser": spread(times, 0)},
    }


def walk(page: Page) -> None:
    """A few drags and a turn of the wheel over the middle of the map."""
    box = page.locator("#map").bounding_box()
    assert box is not None, "the map is not on the page"
    x, y = box["x"] + box["width"] * 0.65, box["y"] + box["height"] / 2
    for right, down in DRAGS:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y + down, steps=STEPS)
        page.mouse.up()
        page.wait_for_timeout(300)
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(SETTLE_MS)
    page.mouse.move(x + 40, y + 30, steps=8)
