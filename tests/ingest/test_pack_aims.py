"""The targets and colours that a pack sets are those of the screen."""

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import LanguageAccept

from app import create_app
from indicators.library import INDICATORS
from indicators.reading import Reading
from ingest.pack import PackError, read, reading
from ingest.pack.aims import Colours
from live.language import preferred, speak
from settings import Settings
from tests.ingest import hamlet

RISING = ["#102030", "#203040", "#304050", "#405060", "#506070", "#607080"]


@pytest.fixture
def library() -> Iterator[None]:
    """The library as it was, afterwards."""
    before = dict(INDICATORS)
    yield
    INDICATORS.update(before)
    speak(["zh", "en"])


def test_values_are_judged_by_the_citys_targets_and_the_page_wears_its_colours(tmp_path, monkeypatch, library, database_url):
    colours = {"dark": {"values": RISING, "accent": "#ff00aa"}}
    targets = {"event_closed_on_time": {"good": 60, "bad": 40}}
    hamlet.write(tmp_path / "hamlet", {"targets": targets, "colours": colours, "languages": ["en"]})
    monkeypatch.setattr(reading, "PACKS", tmp_path)
    assert Reading(INDICATORS["event_closed_on_time"], "ok", 65.0).target_state == "bad"
    app = create_app(Settings(database_url=database_url, pack="hamlet", var=tmp_path))
    try:
        assert Reading(INDICATORS["event_closed_on_time"], "ok", 65.0).target_state == "good"
        page = app.server.test_client().get("/").data.decode()
    finally:
        app.server.extensions["studio"].stop()
    assert preferred(LanguageAccept([])) == preferred(LanguageAccept([("zh", 1)])) == "en"
    assert ":root[data-theme=dark]{--seq-1:#102030;" in page and "--accent:#ff00aa}" in page
    assert page.index("all.css") < page.index("--seq-1:#102030"), "what comes later holds"


@pytest.mark.parametrize(("changes", "says"), [
    ({"targets": {"happiness": {"good": 1, "bad": 0}}}, "targets: 'happiness' is no indicator"),
    ({"targets": {"people_population": {"good": 1, "bad": 0}}}, "people_population is neither better high nor low"),
    ({"targets": {"event_closed_on_time": {"good": 40, "bad": 60}}}, "time is better higher, so good must lie above bad"),
    ({"targets": {"event_overdue": {"good": 9, "bad": 3}}}, "event_overdue is better lower, so good must lie below bad"),
    ({"targets": {"event_overdue": {"good": 9}}}, "targets.event_overdue.bad: is missing"),
    ({"colours": {"dark": {"values": RISING[:5]}}}, "colours.dark.values: List should have at least 6 items"),
    ({"colours": {"dark": {"values": ["#ffffff", *RISING[1:]]}}}, "each colour must be lighter than the one before it"),
    ({"colours": {"light": {"accent": "blue"}}}, "colours.light.accent: String should match pattern"),
])
def test_a_target_or_colour_that_makes_no_sense_is_told(tmp_path, changes, says):
    with pytest.raises(PackError, match=says):
        read(hamlet.write(tmp_path / "pack", changes))


def test_a_pack_without_colours_says_nothing_to_the_page():
    assert Colours().style() == ""
