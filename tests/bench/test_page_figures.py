"""What the pages' bench opens for the first time: other regions of the same level; of the city, other periods."""

from itertools import islice

from bench.pages import PERIODS, alike
from indicators.scope import Scope
from layouts.address.pages import RegionPage
from layouts.view import View
from tests.layouts import town


def test_a_page_is_opened_of_each_region_of_its_level_once_its_own_first() -> None:
    city = town.city()
    found = [view.scope.region for view in alike(city, View(Scope("BX", "30d"), page=RegionPage()))]
    assert found[0] == "BX" and len(found) == len(set(found))
    assert {city.region(code).level for code in found} == {city.region("BX").level} and len(found) == city.sizes[1]


def test_the_citys_own_page_is_opened_in_other_periods() -> None:
    city = town.city()
    found = list(islice(alike(city, View(Scope(city.root.code, "30d"), page=RegionPage())), 9))
    assert [view.scope.window for view in found] == list(PERIODS) and {view.scope.region for view in found} == {city.root.code}
