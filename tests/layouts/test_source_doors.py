"""How a source's doors stand: a word and a shape each, and nothing told as current that nobody knows any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data_access.doors import Door
from layouts import ids, source_doors, sources_page
from layouts.address.pages import SourcePage, SourcesPage
from layouts.sources_page import Overview
from tests.layouts import town
from tests.layouts.test_panel import parts, text
from tests.layouts.test_sources_page import ALL, look

MINUTE = timedelta(minutes=1)
UP = Door("mqtt", "mqtt", True, town.NOW - 5 * MINUTE, town.NOW - MINUTE / 60, 12_345, 3.25, timedelta(seconds=4), None, None,
          town.NOW - MINUTE / 60)
LOST = replace(UP, connected=False, error="the broker <b>is gone</b>", error_at=town.NOW - 2 * MINUTE)
OPEN = replace(UP, door="http", name="http", connected=None)
SILENT = replace(UP, told_at=town.NOW - MINUTE)


@pytest.mark.parametrize(("door", "standing", "words", "shape"), [
    (UP, "up", "connected", "g g-good good"), (LOST, "lost", "not connected", "g g-dead dead"),
    (OPEN, "open", "open", "g g-good good"), (SILENT, "silent", "its program does not run", "g g-stale stale"),
])
def test_a_door_stands_by_word_and_shape(door: Door, standing: str, words: str, shape: str) -> None:
    assert door.standing(town.NOW) == standing
    drawn = source_doors.section(look(SourcePage("live"), "en"), [door])
    told, = (part for part in parts(drawn) if type(part).__name__ == "B")
    assert (text(told).strip(), told.children[0].className) == (words, shape)


def test_a_rate_is_not_told_of_a_door_whose_program_does_not_run() -> None:
    rates = [source_doors.row(look(SourcePage("live"), "en"), door)[3:6] for door in (UP, SILENT)]
    assert rates == [["3.2", "4 s", "12,345"], ["—", "4 s", "12,345"]]


def test_a_rate_of_none_has_no_decimals() -> None:
    assert [source_doors.rate(a_second) for a_second in (0, 0.016, 1.25, 482.3)] == ["0", "0.02", "1.2", "482"]


def test_an_error_is_shown_as_text() -> None:
    assert "the broker <b>is gone</b>" in text(source_doors.row(look(SourcePage("live"), "en"), LOST)[-1])


def test_a_source_whose_door_is_gone_stands_before_those_that_are_well() -> None:
    found = Overview(ALL, doors={"live": [OPEN, LOST, replace(LOST, name="second")], "old": [UP]})
    page = look(SourcesPage(), "en")
    assert [source.key for source in sources_page.ordered(page, found)] == ["lost", "late", "live", "mute", "old"]
    told = [text(part) for part in parts(sources_page.sources_page(page, found)[ids.PAGE_SOURCES]["children"])
            if type(part).__name__ == "Small" and "connected" in text(part)]
    assert [one.strip() for one in told] == ["MQTT not connected", "MQTT connected"]
