"""The hub with a painter of the tests' own: who is painted when, and who is told what."""

import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from data_access.engine import DataUnavailable
from live.hub import KEEP_S, OLDEST_S, PACES, PAINTERS, Hub
from live.mailbox import Mailbox
from live.tick import Tick

CASE = frozenset({"case"})
READINGS = frozenset({"observation"})


class Painter:
    """Paints a panel with what `values` says of the view, and a second one that never changes."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.calls: list[tuple[str, frozenset[str] | None]] = []
        self.ticks: list[Tick] = []
        self.down = False

    def __call__(self, view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        self.calls.append((view, tick.subjects))
        self.ticks.append(tick)
        if self.down:
            raise DataUnavailable(view)
        picture = {"still": {"children": "same"}}
        if tick.touches(CASE) and tick.means("quick"):
            picture["panel"] = {"children": self.values.get(view, 0), "className": "panel"}
        return picture


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def hub(painter: Painter) -> Any:
    made: Hub[str] = Hub(painter, timeless=lambda view: view.startswith("past"))
    yield made
    made.close()


def texts(mailbox: Mailbox, patience: float = 0) -> dict[str, dict[str, Any]]:
    """What waits in the mailbox, read as JSON."""
    return {id_: {name: orjson.loads(value) for name, value in props.items()}
            for id_, props in mailbox.take(patience).props.items()}


def test_a_viewer_gets_the_whole_picture_first(hub: Hub[str]) -> None:
    with hub.watch("city") as mailbox:
        parcel = mailbox.take(0)
    assert parcel.whole
    assert parcel.props == {"panel": {"children": b"0", "className": b'"panel"'}, "still": {"children": b'"same"'}}


def test_only_changed_properties_are_sent(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        painter.values["city"] = 7
        hub.tick(CASE)
        assert texts(mailbox) == {"panel": {"children": 7}}


def test_a_tick_that_changes_nothing_sends_nothing(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        hub.tick(CASE)
        assert texts(mailbox) == {}
    assert len(painter.calls) == 2


def test_twenty_viewers_cost_one_painting_a_tick(hub: Hub[str], painter: Painter) -> None:
    watches = [hub.watch("city") for _ in range(20)]
    boxes = [watch.__enter__() for watch in watches]
    assert len(painter.calls) == 1
    for box in boxes:
        assert box.take(0).whole
    painter.values["city"] = 3
    hub.tick(CASE)
    assert len(painter.calls) == 2
    assert [texts(box) for box in boxes] == [{"panel": {"children": 3}}] * 20
    for watch in watches:
        watch.__exit__(None, None, None)
    assert hub.viewers == 0


def test_a_change_of_another_subject_leaves_the_panel_alone(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        painter.values["city"] = 9
        hub.tick(frozenset({"message"}))
        assert texts(mailbox) == {}


def test_a_view_of_the_past_waits_for_the_minute(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("past"), hub.watch("city"):
        painter.calls.clear()
        hub.tick(CASE)
        assert painter.calls == [("city", CASE)]
        hub.tick(None)
        assert sorted(painter.calls[1:], key=str) == [("city", None), ("past", None)]


def test_a_slow_viewer_keeps_one_value_a_property_and_it_is_the_newest(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        for value in range(1, 1001):
            painter.values["city"] = value
            hub.tick(CASE)
        assert mailbox.take(0).props == {"panel": {"children": b"1000"}}
        assert mailbox.take(0).props == {}


def test_a_viewer_who_left_is_forgotten_and_his_view_is_not_painted_any_more(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city"):
        pass
    painter.calls.clear()
    hub.tick(CASE)
    assert painter.calls == []
    assert hub.viewers == 0


def test_an_unwatched_picture_is_thrown_away_after_a_minute(hub: Hub[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with hub.watch("city"):
        pass
    hub.tick(CASE)
    assert hub.views == 1
    later = time.monotonic() + KEEP_S + 1
    monkeypatch.setattr("live.hub.time.monotonic", lambda: later)
    hub.tick(CASE)
    assert hub.views == 0


def test_going_back_shows_the_kept_picture_and_paints_it_anew_in_full(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city"):
        pass
    painter.values["city"] = 5
    hub.tick(CASE)
    with hub.watch("city") as mailbox:
        assert texts(mailbox)["panel"]["children"] == 0
        hub.tick(frozenset())
        assert painter.calls[-1] == ("city", None)
        assert texts(mailbox) == {"panel": {"children": 5}}


def test_without_a_database_the_picture_stays_and_viewers_are_told(hub: Hub[str], painter: Painter) -> None:
    since = datetime(2026, 3, 4, 17, tzinfo=UTC)
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        painter.down = True
        hub.cut(since)
        assert mailbox.take(0).props == {}
        assert hub.cut_since == since
        hub.tick(None)
        assert mailbox.take(0).props == {}
        painter.down, painter.values["city"] = False, 1
        hub.restored()
        assert hub.cut_since == since, "not live before it is painted"
        hub.tick(None)
        assert hub.cut_since is None
        assert texts(mailbox) == {"panel": {"children": 1}}


def test_a_view_opened_during_an_outage_is_painted_once_the_database_is_back(hub: Hub[str], painter: Painter) -> None:
    painter.down = True
    with hub.watch("city") as mailbox:
        assert mailbox.take(0).props == {}
        painter.down = False
        hub.tick(frozenset())
        assert mailbox.take(0).whole


def test_a_notice_reaches_the_viewer_by_itself_and_a_burst_is_taken_together(hub: Hub[str], painter: Painter) -> None:
    begun = time.monotonic()
    hub.start()
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        for value in range(1, 51):
            painter.values["city"] = value
            hub.changed(CASE)
            time.sleep(0.01)
        deadline = time.monotonic() + 30
        newest = None
        while newest != 50 and time.monotonic() < deadline:
            newest = texts(mailbox, 0.2).get("panel", {}).get("children", newest)
    assert newest == 50
    seconds = time.monotonic() - begun
    assert hub.ticks <= sum(2 + seconds / pace.urgent_s for pace in PACES.values()), "no lane begins sooner than its pace"


def test_a_hub_whose_database_is_cut_does_not_ask_it(hub: Hub[str], painter: Painter) -> None:
    with hub.watch("city"):
        hub.cut(datetime.now(UTC))
        painter.calls.clear()
        hub.start()
        hub.changed(CASE)
        time.sleep(0.2)
        assert painter.calls == []
        hub.restored()
        deadline = time.monotonic() + 30
        while hub.cut_since and time.monotonic() < deadline:
            time.sleep(0.02)
        assert hub.cut_since is None
        assert set(painter.calls) == {("city", None)}


def test_a_painter_that_fails_does_not_stop_the_others(painter: Painter) -> None:
    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        if view == "broken":
            raise RuntimeError("a mistake")
        return painter(view, tick)

    hub: Hub[str] = Hub(paint)
    with hub.watch("broken"), hub.watch("city") as mailbox:
        mailbox.take(0)
        painter.values["city"] = 2
        hub.tick(CASE)
        assert texts(mailbox) == {"panel": {"children": 2}}
    hub.close()


def test_two_who_come_at_the_same_time_share_the_first_painting() -> None:
    calls = []

    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        calls.append(view)
        time.sleep(0.1)
        return {"panel": {"children": 1}}

    hub: Hub[str] = Hub(paint)
    wholes = []

    def come() -> None:
        with hub.watch("city") as mailbox:
            wholes.append(mailbox.take(0).whole)

    threads = [threading.Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.close()
    assert calls == ["city"]
    assert wholes == [True, True]


def test_news_is_painted_while_the_counting_takes_its_time() -> None:
    """The thorough lane needs a second; what is quick is there long before, and then the counted too."""
    counted = threading.Event()

    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        picture: dict[str, dict[str, Any]] = {}
        if tick.means("quick"):
            picture["feed"] = {"children": "news" if tick.subjects else "old"}
        if tick.means("thorough"):
            if tick.lane is not None:
                counted.wait(5)
            picture["panel"] = {"children": 2 if tick.subjects else 1}
        return picture

    hub: Hub[str] = Hub(paint)
    hub.start()
    with hub.watch("city") as mailbox:
        mailbox.take(0)
        hub.changed(CASE)
        assert texts(mailbox, 3) == {"feed": {"children": "news"}}
        counted.set()
        assert texts(mailbox, 3) == {"panel": {"children": 2}}
    hub.close()


def test_news_that_come_during_a_long_round_are_in_the_views_still_to_come_and_painted_once_in_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four views, painted two at a time: the news reach the first two in the next round, the others in this one."""
    monkeypatch.setitem(PAINTERS, "thorough", 2)
    going_on, painted = threading.Event(), []

    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        if tick.lane == "thorough":
            painted.append((view, tick.subjects))
            if len(painted) <= 2:
                going_on.wait(5)
        return {"panel": {"children": view}}

    hub: Hub[str] = Hub(paint)
    with ExitStack() as stack:
        for view in "abcd":
            stack.enter_context(hub.watch(view))
        round_one = threading.Thread(target=hub.tick, args=(CASE, "thorough"))
        round_one.start()
        while len(painted) < 2:
            time.sleep(0.01)
        hub.changed(frozenset({"warning"}))
        going_on.set()
        round_one.join()
        hub.tick(frozenset(), "thorough")
    hub.close()
    both = frozenset({"case", "warning"})
    assert sorted(painted[:4], key=str) == [("a", CASE), ("b", CASE), ("c", both), ("d", both)]
    assert sorted(painted[4:], key=str) == [("a", frozenset({"warning"})), ("b", frozenset({"warning"}))]


def test_a_view_prepared_ahead_costs_no_painting_when_it_is_opened(hub: Hub[str], painter: Painter) -> None:
    hub.prepare("city")
    hub.prepare("city")
    assert painter.calls == [("city", None)]
    with hub.watch("city") as mailbox:
        assert mailbox.take(0).whole
    assert painter.calls == [("city", None)]


def test_a_view_prepared_ahead_shows_what_has_changed_since(hub: Hub[str], painter: Painter) -> None:
    hub.prepare("city")
    painter.values["city"] = 7
    hub.tick(CASE)
    with hub.watch("city") as mailbox:
        hub.tick(frozenset())
        assert texts(mailbox)["panel"]["children"] == 7


def test_urgent_news_are_painted_in_every_view_before_the_others_in_two_and_then_in_the_rest() -> None:
    painted: list[tuple[str, frozenset[str] | None]] = []

    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        painted.append((view, tick.subjects))
        return {"panel": {"children": view}}

    hub: Hub[str] = Hub(paint)
    with ExitStack() as stack:
        for view in "abcdef":
            stack.enter_context(hub.watch(view))
        painted.clear()
        hub.tick(CASE | READINGS, "thorough")
        hub.tick(frozenset(), "thorough")
    hub.close()
    assert sorted(painted[:6], key=str) == [(view, CASE) for view in "abcdef"]
    assert sorted(painted[6:8], key=str) == [(view, READINGS) for view in "ab"]
    assert sorted(painted[8:], key=str) == [(view, READINGS) for view in "cdef"]


def test_readings_give_way_to_cases_that_come_while_they_are_painted_but_go_on_with_two_views_a_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A case comes with each view that is painted with readings: six views have them after three rounds."""
    monkeypatch.setitem(PAINTERS, "thorough", 1)
    rounds: list[list[str]] = []
    hub: Hub[str]

    def paint(view: str, tick: Tick) -> dict[str, dict[str, Any]]:
        if tick.subjects is not None and tick.subjects >= READINGS:
            rounds[-1].append(view)
            hub.changed(CASE)
        return {"panel": {"children": view}}

    hub = Hub(paint)
    with ExitStack() as stack:
        for view in "abcdef":
            stack.enter_context(hub.watch(view))
        for subjects in (READINGS, frozenset[str](), frozenset[str](), frozenset[str]()):
            rounds.append([])
            hub.tick(subjects, "thorough")
    hub.close()
    assert rounds == [["a", "b"], ["c", "d"], ["e", "f"], []]


def test_a_first_picture_is_made_of_what_is_known_and_what_changed_lately_follows(hub: Hub[str], painter: Painter) -> None:
    hub.tick(CASE)
    with hub.watch("city") as mailbox:
        assert painter.ticks[-1].good_s > 0
        mailbox.take(0)
        painter.values["city"] = 5
        hub.tick(frozenset())
        assert painter.ticks[-1] == Tick(painter.ticks[-1].now, CASE)
        assert texts(mailbox) == {"panel": {"children": 5}}
        hub.tick(frozenset())
        assert len(painter.ticks) == 2


def test_what_changed_long_before_a_first_picture_is_in_it(
    hub: Hub[str], painter: Painter, monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.tick(CASE)
    later = time.monotonic() + OLDEST_S + 1
    monkeypatch.setattr("live.changes.time.monotonic", lambda: later)
    with hub.watch("city"):
        hub.tick(frozenset())
    assert len(painter.ticks) == 1


def test_news_of_a_place_are_painted_at_once_for_those_who_look_at_it_and_for_others_only_what_tells_of_all_places(
    painter: Painter,
) -> None:
    hub: Hub[str] = Hub(painter, place=lambda view: None if view == "city" else view)
    with ExitStack() as stack:
        for view in ("city", "north", "south"):
            stack.enter_context(hub.watch(view))
        painter.calls.clear()
        painter.ticks.clear()
        hub.changed(CASE, ["city", "north"])
        hub.tick(frozenset())
        assert sorted(painter.calls)[:2] == [("city", CASE), ("north", CASE)], "first"
        hub.tick(frozenset())
        assert sorted(painter.calls) == [("city", CASE), ("north", CASE), ("south", frozenset())]
        assert [tick.everywhere.subjects for tick in painter.ticks] == [CASE] * 3
        painter.calls.clear()
        hub.changed(CASE)
        hub.tick(frozenset())
        assert sorted(painter.calls) == [("city", CASE), ("north", CASE), ("south", CASE)], "nobody said where"
    hub.close()
