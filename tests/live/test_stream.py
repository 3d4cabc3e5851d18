"""What one viewer is told, in order."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from data_access.city import City
from data_access.engine import DataUnavailable
from data_access.jobs import Job
from indicators.text import Text
from layouts import ids
from layouts.view import View
from live.atlas import Atlas
from live.hub import Hub
from live.stream import Limit, ahead, viewing
from live.tick import Tick

NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
CASE = frozenset({"case"})


class Painter:
    """Paints the region's code and a number."""

    def __init__(self) -> None:
        self.number = 1
        self.down = False

    def __call__(self, view: View, tick: Tick) -> dict[str, dict[str, Any]]:
        if self.down:
            raise DataUnavailable("the screen")
        return {"name": {"children": view.scope.region}, "number": {"children": self.number}}


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def hub(painter: Painter) -> Iterator[Hub[View]]:
    made: Hub[View] = Hub(painter)
    yield made
    made.close()


@pytest.fixture
def atlas(town: City) -> Atlas:
    made = Atlas(lambda: town)
    made.refresh()
    return made


def told(event: bytes) -> tuple[str, dict[str, Any]]:
    """An event's name and body."""
    lines = dict(line.split(": ", 1) for line in event.decode().strip().splitlines())
    return lines["event"], orjson.loads(lines["data"])


def nobody() -> tuple[Job, ...]:
    return ()


def test_the_first_words_are_followed_by_the_whole_picture_then_by_changes_alone(
    hub: Hub[View], atlas: Atlas, painter: Painter,
) -> None:
    stream = viewing(hub, atlas, nobody, "/r/T1", "w=7d", "en")
    name, hello = told(next(stream))
    assert name == "hello"
    assert len(hello["version"]) == 12
    name, picture = told(next(stream))
    assert (name, picture) == ("picture", {"address": "/r/T1?w=7d&lang=en",
                                           "props": {"name": {"children": "T1"}, "number": {"children": 1}}})
    assert told(next(stream))[0] == "beat"
    painter.number = 2
    hub.tick(CASE)
    assert told(next(stream)) == ("change", {"props": {"number": {"children": 2}}})
    stream.close()
    assert hub.viewers == 0


def test_a_view_asked_for_ahead_is_told_as_its_stream_would_begin_but_not_to_whom_a_limit_holds(
    hub: Hub[View], atlas: Atlas,
) -> None:
    assert ahead(hub, atlas, "/r/T1", "", "en", Limit("T1", lambda view, code: True)) is None
    assert ahead(hub, atlas, "/r/T9", "", "en", None) is None
    assert (hub.views, hub.paintings) == (0, 0)
    found = ahead(hub, atlas, "/r/T1", "", "en", None)
    stream = viewing(hub, atlas, nobody, "/r/T1", "", "en")
    next(stream)
    assert found is not None
    assert told(next(stream)) == ("picture", orjson.loads(found))
    stream.close()
    assert (hub.views, hub.paintings) == (1, 1)


def test_no_picture_is_told_ahead_while_the_database_is_gone(hub: Hub[View], atlas: Atlas, painter: Painter) -> None:
    painter.down = True
    assert ahead(hub, atlas, "/r/T1", "", "en", None) is None
    painter.down = False
    assert ahead(hub, atlas, "/r/T1", "", "en", None) is not None
    hub.cut(NOW)
    assert ahead(hub, atlas, "/r/T1", "", "en", None) is None


@pytest.mark.parametrize(("path", "search", "words"), [
    ("/r/T9", "", "Smalltown has no region with the code “T9”"),
    ("/", "w=5y", "There is no window “5y”"),
    ("/", "at=yesterday", "“yesterday” is no instant with an offset"),
    ("/etc/passwd", "", "There is no page “/etc/passwd”"),
])
def test_a_wrong_address_is_answered_in_words_and_with_the_way_home(
    hub: Hub[View], atlas: Atlas, path: str, search: str, words: str,
) -> None:
    stream = viewing(hub, atlas, nobody, path, search, "en")
    next(stream)
    name, refusal = told(next(stream))
    assert name == "refusal"
    text = orjson.dumps(refusal["props"][ids.NOTICE]).decode()
    assert words in text
    assert '"/?lang=en"' in text
    assert told(next(stream))[0] == "beat"
    stream.close()


def test_a_wrong_address_is_answered_in_the_language_that_it_names(hub: Hub[View], atlas: Atlas) -> None:
    stream = viewing(hub, atlas, nobody, "/r/T9", "lang=zh", "en")
    next(stream)
    assert "小城没有代码为“T9”的区域" in orjson.dumps(told(next(stream))[1]).decode()
    stream.close()


def test_before_there_is_a_city_the_viewer_is_told_how_far_the_loading_is(hub: Hub[View], town: City) -> None:
    job = Job("load", Text("载入", "Loading lots"), Text("块", "lots"), 30, 120, NOW, NOW)
    loaded: list[City] = []
    atlas = Atlas(lambda: loaded[0] if loaded else None)
    stream = viewing(hub, atlas, lambda: (job,), "/", "", "en")
    next(stream)
    name, waiting = told(next(stream))
    assert name == "waiting"
    assert "Loading lots" in orjson.dumps(waiting).decode()
    assert "25%" in orjson.dumps(waiting).decode()
    assert told(next(stream))[0] == "beat"
    loaded.append(town)
    atlas.refresh()
    assert told(next(stream))[1]["props"]["name"] == {"children": "T"}
    stream.close()


def test_a_view_that_cannot_be_painted_yet_says_that_the_database_does_not_answer(
    hub: Hub[View], atlas: Atlas, painter: Painter,
) -> None:
    painter.down = True
    hub.cut(NOW)
    stream = viewing(hub, atlas, nobody, "/", "", "en")
    next(stream)
    name, waiting = told(next(stream))
    assert name == "waiting"
    assert ids.NOTICE in waiting["props"]
    assert told(next(stream)) [1]["cut"] == NOW.isoformat()
    painter.down = False
    hub.restored()
    hub.tick(None)
    assert told(next(stream))[0] == "picture"
    assert told(next(stream))[1]["cut"] is None
    stream.close()


def test_fifty_viewers_at_once_share_a_painting_and_all_leave(hub: Hub[View], atlas: Atlas, painter: Painter) -> None:
    streams = [viewing(hub, atlas, nobody, "/", "", "zh") for _ in range(50)]
    for stream in streams:
        assert [told(next(stream))[0] for _ in range(3)] == ["hello", "picture", "beat"]
    assert (hub.viewers, hub.views, hub.paintings) == (50, 1, 1)
    painter.number = 9
    hub.tick(CASE)
    assert all(told(next(stream))[1] == {"props": {"number": {"children": 9}}} for stream in streams)
    assert hub.paintings == 2
    for stream in streams:
        stream.close()
    assert hub.viewers == 0
