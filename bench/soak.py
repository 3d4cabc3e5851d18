"""A day and a night of pushes in minutes: what the page holds at the end, against what it held after warm-up.

Every part of the screen changes at every push; the digits differ, the rows of the feed move, the views change as on a wall
that goes through its scenes. The page takes pushes as fast as it can; without a graphics card each frame is drawn on the
cores that do everything else, so not each push waits for one. The map is told of less often than the panels; so that its
code, too, is compiled before anything is counted, the warm-up gives it as many states as all that follows. What the browser
has compiled is told apart (`code_mb`): it grows for as long as functions become hot, whatever the page holds.
"""

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from bench import replay

PUSHES = 20_000
WARM = 2_000
PART = 500
EVERY = {"frame": 10, "map": 50, "view": 400}
WARM_EVERY = {"frame": 10, "map": 5, "view": 40}
MOST = 1.10          # how much more may be held at the end
METRICS = {"heap_mb": "JSHeapUsedSize", "nodes": "Nodes", "listeners": "JSEventListeners"}
MB = 1 << 20


def soak(browser: Browser, url: str, address: str, told: dict[str, Any], pushes: int = PUSHES) -> dict[str, Any]:
    """Feed a page and see what it holds."""
    page = replay.opened(browser, url, address, told)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.wait_for_timeout(5000)
    feed(page, WARM, WARM_EVERY)
    course = [held(browser, page)]
    began = time.monotonic()
    for _ in range(0, pushes, max(pushes // 5, PART)):
        feed(page, min(max(pushes // 5, PART), pushes))
        course.append(held(browser, page))
    took = time.monotonic() - began
    page.context.close()
    return {
        "pushes": pushes, "after_warm_up_of": WARM, "views": len(told["pictures"]), "every": EVERY, "took_s": round(took),
        "course": course, "grown": grown(course[0], course[-1]), "within_10_percent": within(course[0], course[-1]),
        "faults": faults[:5],
    }


def feed(page: Page, count: int, every: dict[str, int] = EVERY) -> None:
    """So many pushes, a part at a time."""
    for begun in range(0, count, PART):
        page.evaluate("([count, every]) => feeder.run(count, every)", [min(PART, count - begun), every])


def held(browser: Browser, page: Page) -> dict[str, float]:
    """What the page holds once its garbage is collected."""
    page.evaluate("feeder.turnTo(0)")
    page.wait_for_timeout(2000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(500)
    code = compiled(session, page)
    counted = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    found = {name: counted[metric] for name, metric in METRICS.items()}
    return {**found, "heap_mb": round(found["heap_mb"] / MB, 2), "code_mb": round(code / MB, 2),
            "renderer_mb": renderer(browser.new_browser_cdp_session())}


def compiled(session: CDPSession, page: Page) -> int:
    """How many bytes of the heap are the browser's own code and what it notes for it, by a snapshot."""
    chunks: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda message: chunks.append(message["chunk"]))
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    page.wait_for_timeout(200)
    snapshot = json.loads("".join(chunks))
    fields, kinds = snapshot["snapshot"]["meta"]["node_fields"], snapshot["snapshot"]["meta"]["node_types"][0]
    width, code = len(fields), kinds.index("code")
    of = snapshot["nodes"][fields.index("type")::width]
    sizes = snapshot["nodes"][fields.index("self_size")::width]
    return sum(size for kind, size in zip(of, sizes, strict=True) if kind == code)


def renderer(session: CDPSession) -> float:
    """The memory of the page's own process in MB: the largest renderer's share (PSS)."""
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return round(max(share(one["id"]) for one in processes if one["type"] == "renderer") / 1024, 1)


def share(process: int) -> int:
    """A process's proportional share of memory in kB."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """By how many per cent each grew."""
    return {name: round((after[name] / before[name] - 1) * 100, 1) for name in before}


def within(before: dict[str, float], after: dict[str, float]) -> bool:
    """Whether nothing grew by more than a tenth."""
    return all(after[name] <= before[name] * MOST for name in before if name != "code_mb")
