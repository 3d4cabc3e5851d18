"""What a browser's main thread was busy with, out of a trace: tasks, and whose they were."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

Event = dict[str, Any]

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing", "v8.execute", "__metadata"]
PROFILER = "disabled-by-default-v8.cpu_profiler"
TASKS = frozenset({"RunTask", "ThreadControllerImpl::RunTask"})
RENDERING = frozenset({"UpdateLayoutTree", "RecalculateStyles", "Layout", "PrePaint", "Paint", "Layerize", "Commit",
                       "UpdateLayer", "UpdateLayerTree", "HitTest", "IntersectionObserverController::computeIntersections"})
MAP_LIBRARY = "maplibre-gl"


@dataclass(frozen=True)
class Task:
    """One task of the main thread: when it began, how long it took, of which the processor's time; all in ms.

    `shares` parts the processor's time by the script that asked for it ("rendering" for style, layout and paint, "" for
    the browser itself).
    """

    at: float
    wall: float
    cpu: float
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def own(self) -> float:
        """The processor's time without the map library's, whose drawing a graphics card does on a wall."""
        return self.cpu - sum(share for script, share in self.shares.items() if script.startswith(MAP_LIBRARY))


@contextmanager
def traced(browser: Browser, page: Page, *, profiled: bool = False) -> Iterator[list[Event]]:
    """Trace what happens inside; the events are there afterwards. Profiled, scripts take longer, but are told apart."""
    events: list[Event] = []
    ended: list[bool] = []
    session = browser.new_browser_cdp_session()
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {
        "includedCategories": [*CATEGORIES, PROFILER] if profiled else CATEGORIES}})
    try:
        yield events
    finally:
        session.send("Tracing.end")
        while not ended:
            page.wait_for_timeout(50)
        session.detach()


def tasks(events: Sequence[Event], site: str) -> list[Task]:
    """The tasks of the main thread that ran the site's scripts, in their order."""
    thread = main_thread(events, site)
    spans = sorted((event for event in events if event.get("ph") == "X" and (event["pid"], event["tid"]) == thread),
                   key=lambda event: (event["ts"], -event.get("dur", 0)))
    found: list[Task] = []
    inside: list[Event] = []
    end = float("-inf")
    for event in spans:
        if event["name"] in TASKS and event["ts"] >= end:
            found += _closed(inside)
            inside, end = [event], event["ts"] + event.get("dur", 0)
        elif inside and event["ts"] < end:
            inside.append(event)
    return found + _closed(inside)


def main_thread(events: Sequence[Event], site: str) -> tuple[int, int]:
    """The process and thread on which most calls into the site's scripts ran. Raises: ValueError when none did."""
    calls = Counter((event["pid"], event["tid"]) for event in events if event.get("ph") == "X" and script(event, site))
    if not calls:
        raise ValueError(f"the trace has no call into a script of {site}")
    return calls.most_common(1)[0][0]


def script(event: Event, site: str = "") -> str:
    """The file that an event ran a function of; empty where it ran none of the site's."""
    data = event.get("args", {}).get("data")
    url = data.get("url", "") if isinstance(data, dict) else ""
    return urlsplit(url).path.rsplit("/", 1)[-1] if url.startswith("http") and url.startswith(site) else ""


def marks(events: Sequence[Event], name: str) -> list[float]:
    """When a mark was set, in ms."""
    return sorted(event["ts"] / 1000 for event in events
                  if event["name"] == name and event.get("cat", "").startswith("blink.user_timing"))


def between(found: Sequence[Task], start: float, end: float) -> list[Task]:
    """The tasks that began in a stretch of time."""
    return [task for task in found if start <= task.at < end]


def _closed(inside: Sequence[Event]) -> list[Task]:
    """The task made of its own event and all those inside it, in their order."""
    if not inside:
        return []
    shares: Counter[str] = Counter()
    above: list[tuple[float, str, Event]] = []   # end, whose, event
    for event in inside:
        while above and event["ts"] >= above[-1][0]:
            above.pop()
        whose = "rendering" if event["name"] in RENDERING else script(event) or (above[-1][1] if above else "")
        shares[whose] += event.get("tdur", 0) / 1000
        if above:
            shares[above[-1][1]] -= event.get("tdur", 0) / 1000
        above.append((event["ts"] + event.get("dur", 0), whose, event))
    whole = inside[0]
    return [Task(whole["ts"] / 1000, whole.get("dur", 0) / 1000, whole.get("tdur", 0) / 1000,
                 {whose: share for whose, share in shares.items() if share > 0})]


@dataclass(frozen=True)
class Sample:
    """Where the main thread was found: when, for how long it counts (ms), and whether a script of ours was on the stack."""

    at: float
    lasts: float
    own: bool


def samples(events: Sequence[Event], site: str, vendor: str = "/assets/vendor/") -> list[Sample]:
    """What the profiler found on the main thread; ours are the scripts under /assets/ but the libraries'."""
    thread = main_thread(events, site)
    starts = {(event["pid"], event["id"]): event["args"]["data"]["startTime"] for event in events
              if event["name"] == "Profile" and (event["pid"], event["tid"]) == thread}
    found: list[Sample] = []
    for profile, start in starts.items():
        own: dict[int, bool] = {}
        clock = float(start)
        for data in (event["args"]["data"] for event in events
                     if event["name"] == "ProfileChunk" and (event["pid"], event["id"]) == profile):
            for node in data.get("cpuProfile", {}).get("nodes", []):
                path = urlsplit(node["callFrame"].get("url", "")).path
                ours = path.startswith("/assets/") and not path.startswith(vendor)
                own[node["id"]] = ours or own.get(node.get("parent", 0), False)
            for node_id, delta in zip(data.get("cpuProfile", {}).get("samples", []), data.get("timeDeltas", []), strict=False):
                clock += delta
                found.append(Sample((clock - delta) / 1000, delta / 1000, own.get(node_id, False)))
    return found


def ours(found: Sequence[Task], seen: Sequence[Sample]) -> list[float]:
    """How many ms of each task our own scripts had the thread, with all that they called."""
    held = [0.0] * len(found)
    starts = [task.at for task in found]
    for sample in seen:
        at = bisect_right(starts, sample.at) - 1
        if sample.own and at >= 0 and sample.at < found[at].at + found[at].wall:
            held[at] += sample.lasts
    return held
