"""What a push costs the page in which everything has changed: handler, React's commit, charts, style, layout, paint."""

import json
from typing import Any

from playwright.sync_api import Browser

from bench import replay, trace
from bench.figures import spread

PUSHES = 60
WARM = 20
REST_MS = 150


def push(browser: Browser, url: str, address: str, told: dict[str, Any]) -> dict[str, Any]:
    """Push everything but the map's state `PUSHES` times, each after the page has taken the one before."""
    page = replay.opened(browser, url, address, told)
    page.wait_for_timeout(5000)
    page.evaluate("count => feeder.run(count, {frame: 1, map: Infinity, view: Infinity})", WARM)
    with trace.traced(browser, page) as events:
        for _ in range(PUSHES):
            page.evaluate("feeder.prepare(1)")
            page.wait_for_timeout(REST_MS)
            page.evaluate("async () => { performance.mark('bench-push'); feeder.push(); await feeder.drawn();"
                          " performance.mark('bench-drawn'); }")
    page.context.close()
    found = trace.tasks(events, url)
    stretches = zip(trace.marks(events, "bench-push"), trace.marks(events, "bench-drawn"), strict=True)
    # the task in which the push is made began just before its mark
    each = [[task for task in found if task.at + task.wall > start and task.at < end] for start, end in stretches]
    return {
        "pushes": len(each), "bytes": len(json.dumps(told["pictures"][0])),
        "cpu_ms": spread([sum(task.own for task in one) for one in each]),
        "longest_task_cpu_ms": spread([max(task.own for task in one) for one in each]),
        "by": shares([task for one in each for task in one], len(each)),
    }


def shares(found: list[trace.Task], count: int) -> dict[str, float]:
    """The processor's ms of one push by whose they are; what is less than half a ms is left out."""
    total: dict[str, float] = {}
    for task in found:
        for whose, share in task.shares.items():
            total[whose] = total.get(whose, 0.0) + share / count
    return {whose or "browser": round(share, 1) for whose, share in sorted(total.items(), key=lambda item: -item[1])
            if share >= 0.5}
