"""Briefings that are made by themselves: once each, whole or not at all, kept for a while, and shown to whoever may see them."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import Engine

from data_access.city import City
from data_access.engine import DataUnavailable
from data_access.jobs import Job
from indicators.editions import Edition, Form, Plan
from indicators.scope import Scope
from indicators.text import Text
from layouts import kept
from layouts.address.pages import BriefingPage, BriefingsPage
from layouts.look import Look
from layouts.view import View
from live.briefings import office
from live.briefings.maker import Maker
from live.briefings.office import Office
from live.briefings.press import press
from live.briefings.shelf import Shelf
from live.printing.printer import CannotPrint
from settings import Settings
from tests.browser.scene import enliven
from tests.layouts.test_panel import parts, text

TOKEN = "a-secret-of-the-first-wall"
DAILY = Plan("daily", "daily", time(6, 30), ("zh",), ("pdf", "xlsx"), levels=("city", "district"), keep=2)
MORNING = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)     # 08:00 in Smalltown
DAY = timedelta(days=1)


class Pressed:
    """In place of a press: notes what it is asked for, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.asked: list[tuple[str, Form, date | None]] = []
        self._failures = list(failures)

    def __call__(self, view: View, form: Form) -> Iterable[bytes]:
        assert isinstance(view.page, BriefingPage)
        self.asked.append((view.scope.region, form, view.page.day))
        yield b"the first half, "
        if self._failures:
            raise self._failures.pop(0)
        yield b"the second half"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "briefings")


def maker(shelf: Shelf, city: City, pressed: Any, *plans: Plan, jobs: Callable[[], Iterable[Job]] = lambda: ()) -> Maker:
    return Maker(Office(city.key, plans or (DAILY,), shelf), lambda: city, jobs, pressed)


def files(shelf: Shelf) -> list[str]:
    return sorted(str(path.relative_to(shelf.folder)) for path in shelf.folder.rglob("*.*") if not path.name.startswith("."))


def test_each_region_has_its_copies_once_and_what_was_missed_is_made_up_once(town: City, shelf: Shelf) -> None:
    pressed = Pressed()
    made = maker(shelf, town, pressed)
    made.tend(lambda: MORNING)
    made.tend(lambda: MORNING + timedelta(hours=1))
    assert pressed.asked == [(code, form, date(2026, 3, 9)) for code in ("T", "T1", "T2") for form in ("xlsx", "pdf")]
    made.tend(lambda: MORNING + 5 * DAY)
    assert {day for _, _, day in pressed.asked[6:]} == {date(2026, 3, 14)}, "off for four days: the newest alone"
    [newest, oldest] = shelf.editions()
    assert (newest.first, oldest.first) == (date(2026, 3, 14), date(2026, 3, 9)) and len(newest.copies) == 6
    assert shelf.path(newest, newest.copies[0]).read_bytes() == b"the first half, the second half"


def test_another_process_finds_what_was_made_and_makes_nothing_twice(town: City, shelf: Shelf) -> None:
    maker(shelf, town, Pressed()).tend(lambda: MORNING)
    again, elsewhere = Pressed(), Shelf(shelf.folder)
    maker(elsewhere, town, again).tend(lambda: MORNING)
    assert again.asked == []
    with shelf.alone() as first:
        maker(elsewhere, town, again).tend(lambda: MORNING + DAY)
        assert first and again.asked == [], "one at a time"
    maker(elsewhere, town, again).tend(lambda: MORNING + DAY)
    assert len(again.asked) == 6


def test_so_many_editions_are_kept_and_no_more(town: City, shelf: Shelf) -> None:
    made = maker(shelf, town, Pressed(), replace(DAILY, levels=("city",), forms=("pdf",)))
    for day in range(4):
        made.tend(lambda day=day: MORNING + day * DAY)    # type: ignore[misc]
    assert files(shelf) == [f"daily/2026-03-{day}/{name}" for day in (11, 12) for name in ("T.zh.pdf", "edition.json")]


def test_no_half_file_is_left_and_what_failed_is_told_and_tried_again(
    town: City, shelf: Shelf, caplog: pytest.LogCaptureFixture,
) -> None:
    pressed = Pressed(CannotPrint("take.slow"))
    made = maker(shelf, town, pressed, replace(DAILY, levels=("city",), forms=("pdf",)))
    made.tend(lambda: MORNING)
    assert files(shelf) == ["daily/2026-03-09/edition.json"] and "try 1" in caplog.text
    [edition] = shelf.editions()
    [copy] = edition.copies
    assert (copy.size, copy.tries) == (None, 1) and copy.why is not None and "painted in time" in copy.why.en
    made.tend(lambda: MORNING + timedelta(minutes=1))
    assert len(pressed.asked) == 1, "not at once"
    made.tend(lambda: MORNING + timedelta(minutes=2))
    [copy] = shelf.editions()[0].copies
    assert (copy.size, copy.tries, copy.why) == (31, 2, None)
    assert files(shelf) == ["daily/2026-03-09/T.zh.pdf", "daily/2026-03-09/edition.json"]


@pytest.mark.parametrize(("failure", "told"), [
    (DataUnavailable("x"), "does not answer"), (OSError(28, "No space left on device"), "No space left"),
    (ValueError("x"), "mistake"),
])
def test_whatever_goes_wrong_is_told_and_the_others_are_made_all_the_same(
    town: City, shelf: Shelf, failure: Exception, told: str,
) -> None:
    maker(shelf, town, Pressed(failure)).tend(lambda: MORNING)
    [edition] = shelf.editions()
    assert [copy.why is None for copy in edition.copies] == [False, True, True, True, True, True]
    assert edition.copies[0].why is not None and told in edition.copies[0].why.en


def test_a_region_that_the_city_does_not_have_is_told(town: City, shelf: Shelf) -> None:
    maker(shelf, town, Pressed(), replace(DAILY, levels=(), regions=("T9",), forms=("pdf",))).tend(lambda: MORNING)
    [copy] = shelf.editions()[0].copies
    assert copy.why is not None and "T9" in copy.why.en


def test_nothing_is_made_while_data_are_being_loaded_unless_nobody_hears_of_it_any_more(town: City, shelf: Shelf) -> None:
    word, pressed = Text("x", "x"), Pressed()
    job = Job("load", word, word, 1, 2, MORNING - DAY, MORNING - timedelta(minutes=5))
    maker(shelf, town, pressed, jobs=lambda: [job]).tend(lambda: MORNING)
    assert pressed.asked == [] and files(shelf) == []
    maker(shelf, town, pressed, jobs=lambda: [job]).tend(lambda: MORNING + timedelta(minutes=6))
    assert pressed.asked


def test_another_city_than_the_packs_has_no_briefings(town: City, shelf: Shelf) -> None:
    pressed = Pressed()
    Maker(Office("elsewhere", (DAILY,), shelf), lambda: town, lambda: (), pressed).tend(lambda: MORNING)
    assert pressed.asked == []


def test_what_cannot_be_read_is_left_out(town: City, shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    maker(shelf, town, Pressed()).tend(lambda: MORNING)
    broken = shelf.folder / "daily/2026-03-08/edition.json"
    broken.parent.mkdir()
    broken.write_text("{")
    assert [one.first.day for one in Shelf(shelf.folder).editions()] == [9] and "cannot be read" in caplog.text


# What is shown of them


def drawn(town: City, page: BriefingPage | BriefingsPage, editions: tuple[Edition, ...]) -> Any:
    look = Look(View(Scope("T", "30d", language="en"), page=page), town, MORNING)
    return kept.every(look, editions) if isinstance(page, BriefingsPage) else kept.beside(look, editions)


def test_the_list_leads_to_files_and_to_the_page_with_the_same_numbers_and_tells_what_failed(town: City, shelf: Shelf) -> None:
    maker(shelf, town, Pressed(CannotPrint("take.no_printer")), replace(DAILY, forms=("xlsx", "pdf"))).tend(lambda: MORNING)
    table = drawn(town, BriefingsPage(), shelf.editions())
    leads = [one.href for one in parts(table) if getattr(one, "href", None)]
    assert "/briefings/daily/2026-03-09/T1.zh.pdf" in leads and "/briefings/daily/2026-03-09/T.zh.xlsx" not in leads
    assert "/briefing/T1?span=daily&day=2026-03-09&lang=en" in leads
    told = " ".join(text(table).split())
    assert "Chinese Excel could not be made: The server has no Chromium" in told and "Area T2" in told
    beside = " ".join(text(drawn(town, BriefingPage(), shelf.editions())).split())
    assert "All 3" in beside
    assert drawn(town, BriefingPage(), ()) == []


def test_the_page_of_all_says_what_is_planned_and_when_next(town: City) -> None:
    look = Look(View(Scope("T", "30d", language="en"), page=BriefingsPage()), town, MORNING)
    told = " ".join(text(kept.planned(look, [DAILY])).split())
    assert "Daily briefing, made at 06:30, the newest 2 kept; next Wed 11 Mar 06:30" in told
    assert "Of Smalltown, all districts · Chinese · PDF · Excel" in told
    assert "None are planned" in text(kept.planned(look, []))


# Over HTTP


@pytest.fixture(scope="module")
def alive(engine: Engine, town: City) -> City:
    enliven(engine, town)
    return town


@pytest.fixture(scope="module")
def app(start: Callable[[Settings], Dash], database_url: str, alive: City, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    folder = tmp_path_factory.mktemp("var")
    return start(Settings(database_url=database_url, var=folder, wall_tokens=f"city:T1:{TOKEN}"))


@pytest.fixture
def open_office(town: City, shelf: Shelf) -> Iterator[Shelf]:
    office.adopt(Office(town.key, (DAILY,), shelf))
    yield shelf
    office.adopt(None)


@pytest.fixture
def client(app: Dash, open_office: Shelf) -> FlaskClient:
    made: FlaskClient = app.server.test_client()
    return made


def test_a_kept_briefing_is_sent_whole_under_a_name_that_says_what_it_is(client: FlaskClient, town: City, shelf: Shelf) -> None:
    maker(shelf, town, Pressed()).tend(lambda: MORNING)
    answer = client.get("/briefings/daily/2026-03-09/T1.zh.pdf", buffered=True)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"the first half, the second half")
    assert unquote(answer.headers["Content-Disposition"]).endswith("日报-甲T1-2026-03-09.pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    for absent in ("daily/2026-03-09/T3.zh.pdf", "daily/2026-03-08/T1.zh.pdf", "daily/today/T1.zh.pdf",
                   "other/2026-03-09/T1.zh.pdf", "daily/2026-03-09/edition.json", "daily/2026-03-09/..%2F2026-03-09%2FT1.zh.pdf"):
        assert client.get(f"/briefings/{absent}").status_code == 404, absent


def test_a_wall_has_those_of_its_own_region_alone(client: FlaskClient, town: City, shelf: Shelf) -> None:
    maker(shelf, town, Pressed()).tend(lambda: MORNING)
    client.get(f"/wall?token={TOKEN}")
    assert client.get("/briefings/daily/2026-03-09/T1.zh.pdf", buffered=True).status_code == 200
    for other in ("T2.zh.pdf", "T.zh.xlsx", "T9.zh.pdf"):
        assert client.get(f"/briefings/daily/2026-03-09/{other}").status_code == 403


def test_the_press_makes_a_workbook_of_the_same_numbers_as_the_address_of_the_page(app: Dash, town: City) -> None:
    studio = app.server.extensions["studio"]
    pressed = press(studio.desk, app.server.extensions["printer"])
    yesterday = datetime.now(town.zone).date() - DAY
    made = b"".join(pressed(View(Scope("T1", language="en"), page=BriefingPage("daily", yesterday)), "xlsx"))
    exported = app.server.test_client().get(f"/export/briefing.xlsx?r=T1&p={yesterday}..{yesterday}&lang=en").data
    one, other = (zipfile.ZipFile(io.BytesIO(data)) for data in (made, exported))
    names = [name for name in one.namelist() if "sheet" in name]
    assert len(names) == 4, "what it is, its figures, what changed, the regions below"
    for name in names[1:]:
        assert one.read(name) == other.read(name)
    assert b"Area T11" in one.read("xl/worksheets/sheet4.xml") and f"p={yesterday}..{yesterday}".encode() in one.read(names[0])
