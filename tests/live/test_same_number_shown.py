"""One number wherever it is seen: wall, page, ranking and export show what the reading says, every indicator at every level."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from data_access.city import City
from data_access.readings import readings
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.scope import Scope
from layouts import formats, ids
from layouts.address.pages import IndicatorPage, RegionPage
from layouts.panel import WITHOUT_VALUE
from layouts.view import Opened, View
from layouts.words import say
from live import drawers, painting
from live.desk import Desk, shown
from live.exports import files
from live.exports.orders import Order
from live.memory import Memory
from live.pages import indicator as indicator_page
from live.pages import region as region_page
from live.tick import Tick
from tests.data_access.test_same_number import ALL, NOW, filled
from tests.layouts.test_panel import parts

__all__ = ["filled"]       # pytest finds the fixture here

PERIOD = "7d"              # which a wall and a page both offer
DOWN = ("T", "T1", "T12", "T121")       # a region of every level, each in the one before it
SIBLINGS = {"T": ("T1", "T2"), "T1": ("T11", "T12"), "T12": ("T121", "T122")}
Sight = Callable[[View], Desk]
Said = dict[str, str]      # who says it → what


@pytest.fixture(scope="module")
def sight(filled: Engine, town: City) -> Sight:
    """Where a view is read: all of them share a memory, as in the running screen."""
    memory = Memory()
    return lambda view: Desk(filled, town, view, Tick(NOW), memory)


@pytest.fixture(scope="module")
def direct(filled: Engine, town: City) -> dict[str, dict[str, Reading]]:
    """What plain readings say, by region: with nothing remembered, and nothing read for others."""
    codes = {"T", *(code for below in SIBLINGS.values() for code in below)}
    return {code: readings(filled, town, ALL, Scope(code, PERIOD), NOW) for code in codes}


def scope(region: str, key: str | None = None) -> Scope:
    return Scope(region, PERIOD, indicator=key, language="en")


def told(reading: Reading) -> str:
    """The number as it should stand anywhere: figures and unit, or the word in their place."""
    if unknown(reading):
        return say(f"state.{reading.status}", "en")
    shown = formats.quantity(reading.value, reading.indicator, "en")
    return f"{shown.digits}{shown.unit}"


def unknown(reading: Reading) -> bool:
    return reading.status in WITHOUT_VALUE


def short(reading: Reading) -> set[str]:
    """The same in a column, whose head has the unit: bare, or with what it is counted in (k, M, bn, %)."""
    shown = formats.quantity(reading.value, reading.indicator, "en")
    return {told(reading)} if unknown(reading) else {f"{shown.digits}{unit}" for unit in ("", shown.unit, shown.unit[:1])}


def strings(component: Any) -> str:
    """All that a drawing says, without the gaps between its pieces."""
    return "".join(part for part in parts(component) if isinstance(part, str))


def of_class(drawn: Any, name: str) -> Iterator[Any]:
    return (part for part in parts(drawn) if name in (getattr(part, "className", None) or "").split())


def figure_in(drawn: Any) -> str:
    """The number of a drawing that shows one in full: what it says before target and changes."""
    [hero] = of_class(drawn, "hero")
    return strings([one for one in hero.children if one.className != "m"])


def leading(drawn: Any, region: str, name: str) -> str:
    """What stands in the cells of this name in the row that leads to a region."""
    [row] = [row for row in parts(drawn) if type(row).__name__ == "Tr"
             and any(f"/{region}?" in link.href or f"r={region}&" in link.href for link in of_links(row))]
    return strings(list(of_class(row, name)))


def rows_of(drawn: Any) -> dict[str, dict[str, Any]]:
    """The rows of the long table in a drawing, by their keys."""
    [grid] = [part for part in parts(drawn) if hasattr(part, "rowData")]
    return {row["id"]: row for row in grid.rowData}


def of_links(drawn: Any) -> list[Any]:
    return [part for part in parts(drawn) if getattr(part, "href", None)]


def table(desk: Desk, order: Order, kind: str) -> list[dict[str, Any]]:
    """A file's rows, read back by somebody else's reader."""
    whole = b"".join(files.pieces(desk, order, kind, bare=True))
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"))))
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(whole)).get_sheet_by_index(1).to_python()
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def number(cell: Any) -> float | None:
    return None if cell in ("", None) else float(cell)


@pytest.mark.parametrize("key", INDICATORS)
def test_what_is_seen_of_an_indicator_is_its_reading(sight: Sight, direct: dict[str, dict[str, Reading]], key: str) -> None:
    """The wall's drawer, the map's ranking, the page of the indicator with its own ranking, and the table that is taken away."""
    for region in DOWN:
        wanted = told(direct[region][key])
        wall = sight(View(scope(region, key), Opened("indicator", key)))
        assert figure_in(drawers.draw(wall)) == wanted, f"the wall's drawer of {region}"
        page = sight(View(scope(region), page=IndicatorPage(key)))
        [now] = of_class(indicator_page.title(page), "now")
        assert strings(now) == wanted, f"the page of {region}"
    for parent, below in SIBLINGS.items():
        wall = sight(View(scope(parent, key)))
        page = sight(View(scope(parent), page=IndicatorPage(key)))
        ranked = next(part for part in painting.PARTS if part.face == ids.RANKING).draw(wall)[ids.RANKING]["children"]
        multiples = rows_of(indicator_page.ranking(page))
        order = Order("regions", View(scope(parent)), INDICATORS[key])
        taken = {kind: {row["Region code"]: row for row in table(page, order, kind)} for kind in ("csv", "xlsx")}
        for region in below:
            reading = direct[region][key]
            in_row = leading(ranked, region, "word" if unknown(reading) else "v")
            assert in_row in short(reading), f"the wall's ranking of {parent}"
            in_row = strings(multiples[region]["value$"])
            assert multiples[region].get("value") == pytest.approx(None if unknown(reading) else reading.value)
            assert in_row == formats.NONE if unknown(reading) else in_row in short(reading), f"the page's ranking of {parent}"
            for kind, rows in taken.items():
                assert number(rows[region]["Value"]) == pytest.approx(reading.value), f"the {kind} of {parent}"
                assert float(rows[region]["Facts"]) == reading.n


@pytest.mark.parametrize("region", DOWN)
def test_panels_cards_and_the_table_of_all_indicators_say_the_same(
    filled: Engine, town: City, sight: Sight, direct: dict[str, dict[str, Reading]], region: str,
) -> None:
    wanted = direct[region]
    picture = painting.Painter(filled, Memory()).paint(town, View(scope(region)), Tick(NOW))
    for face, dimension in painting.PANELS.items():
        hero, *supports = shown(dimension)
        drawn = picture[face]["children"]
        assert figure_in(drawn) == told(wanted[hero.key]), face
        assert [strings(one) for one in of_class(drawn, "dd")] == [told(wanted[one.key]) for one in supports], face
    page = sight(View(scope(region), page=RegionPage()))
    card = [strings(cell) for cell in of_class(region_page.card(page), "number")]
    assert card == [told(wanted[one.key]) for one in region_page.heroes()]
    for kind in ("csv", "xlsx"):
        taken = {row["Indicator key"]: row for row in table(page, Order("scorecard", View(scope(region))), kind)}
        assert list(taken) == list(INDICATORS)
        for key, row in taken.items():
            assert number(row["Value"]) == pytest.approx(wanted[key].value), (kind, key)
            assert float(row["Facts"]) == wanted[key].n, (kind, key)
        told_of = table(page, Order("briefing", View(scope(region))), kind)
        assert [row["Value"] for row in told_of] == [taken[row["Indicator key"]]["Value"] for row in told_of]


@pytest.mark.parametrize("parent", SIBLINGS)
def test_the_table_of_regions_below_says_the_same(sight: Sight, direct: dict[str, dict[str, Reading]], parent: str) -> None:
    rows = rows_of(region_page.regions(sight(View(scope(parent), page=RegionPage()))))
    assert list(rows) == list(SIBLINGS[parent])
    for region, row in rows.items():
        for one in region_page.heroes():
            reading = direct[region][one.key]
            assert row.get(one.key) == pytest.approx(reading.value), (region, one.key)
            assert strings(row[f"{one.key}$"]).strip() == told(reading), (region, one.key)
