"""What the wall's bench makes of a trace, of a stream and of many measurements."""

import pytest

from bench import soak, trace
from bench.figures import percentile, spread
from bench.replay import Incomplete, recorded

SITE = "http://127.0.0.1:1"
PAGE, LIBRARY = f"{SITE}/assets/push.js?m=1", f"{SITE}/assets/vendor/maplibre-gl.mjs"


def event(name: str, at: float, lasts: float, url: str = "", thread: int = 7, **more: object) -> trace.Event:
    """A complete event in ms, as busy as it is long."""
    return {"ph": "X", "pid": 1, "tid": thread, "name": name, "ts": at * 1000, "dur": lasts * 1000, "tdur": lasts * 1000,
            "args": {"data": {"url": url}} if url else {}, **more}


TRACE = [
    event("RunTask", 0, 10),
    event("FunctionCall", 1, 6, PAGE),
    event("Layout", 2, 3),
    event("RunTask", 20, 80),
    event("FunctionCall", 25, 70, LIBRARY),
    event("FunctionCall", 30, 20, PAGE),
    event("RunTask", 5, 500, thread=9),          # another thread's
]


def test_a_task_s_time_is_parted_by_whose_script_asked_for_it():
    first, second = trace.tasks(TRACE, SITE)
    assert first.shares == {"": 4, "push.js": 3, "rendering": 3}
    assert (second.at, second.cpu) == (20, 80)
    assert second.shares == {"": 10, "maplibre-gl.mjs": 50, "push.js": 20}
    assert second.own == 30


def test_without_a_call_into_the_site_there_is_no_main_thread():
    with pytest.raises(ValueError, match="no call into a script"):
        trace.tasks([event("RunTask", 0, 10)], SITE)


def test_what_our_scripts_call_counts_as_ours_and_what_the_library_does_by_itself_does_not():
    def node(number: int, url: str, parent: int | None = None) -> dict[str, object]:
        return {"id": number, "callFrame": {"url": url}, **({} if parent is None else {"parent": parent})}

    nodes = [node(1, ""), node(2, LIBRARY, 1), node(3, PAGE, 1), node(4, LIBRARY, 3)]
    profile = [
        {"name": "Profile", "ph": "P", "pid": 1, "tid": 7, "id": "a", "args": {"data": {"startTime": 0}}},
        {"name": "ProfileChunk", "ph": "P", "pid": 1, "tid": 8, "id": "a", "args": {"data": {
            "cpuProfile": {"nodes": nodes, "samples": [3, 4, 2, 4]}, "timeDeltas": [2000, 3000, 20000, 1000]}}}]
    seen = trace.samples([*TRACE, *profile], SITE)
    assert [(one.at, one.lasts, one.own) for one in seen] == [(0, 2, True), (2, 3, True), (5, 20, False), (25, 1, True)]
    assert trace.ours(trace.tasks(TRACE, SITE), seen) == [5, 1]


def test_the_95th_percentile_is_a_value_that_was_measured():
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert percentile([3.0], 0.95) == 3
    assert spread([1.0, 2.0, 9.0]) == {"n": 3, "p50": 2, "p95": 9, "max": 9}
    assert spread([]) == {"n": 0}


STREAM = [b"event: hello\n", b'data: {"version": "1"}\n', b"\n", b"event: picture\n",
          b'data: {"address": "/", "props": {"feed": {"children": 1}, "ranking": {}, "panel-events": {}}}\n', b"\n"]
REST = [b"event: change\n", b'data: {"props": {"feed": {"children": 2}, "map-state": {}, "panel-people": {}}}\n', b"\n"]


def test_a_picture_is_recorded_with_what_came_until_it_was_whole():
    told = recorded([*STREAM, *REST])
    assert told["hello"] == {"version": "1"}
    assert told["pictures"][0]["props"]["feed"] == {"children": 2}
    with pytest.raises(Incomplete):
        recorded(STREAM)


def test_a_page_may_hold_a_tenth_more_at_the_end_and_no_more():
    before = {"heap_mb": 20.0, "nodes": 1000}
    assert soak.within(before, {"heap_mb": 22.0, "nodes": 900})
    assert not soak.within(before, {"heap_mb": 20.0, "nodes": 1101})
    assert soak.grown(before, {"heap_mb": 21.0, "nodes": 900}) == {"heap_mb": 5, "nodes": -10}
