"""The unattended wall: goes through its scenes by the clock, stops for whoever touches it, and goes on alone."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from data_access.city import City
from tests.browser.scene import Witness, serving, until
from tests.ingest import hamlet

SECONDS = 8
PATIENCE_S = 20
NO_MAP = "export const addProtocol = () => {}; export class Map { constructor() { throw new Error('no map here'); } }"
WENT = """window.went = []; const replace = history.replaceState.bind(history);
history.replaceState = (...given) => { window.went.push(String(given[2])); replace(...given); };"""
CODES = ("T1", "T2", "T11")
WALLS = [
    {"key": "main", "resume_seconds": 6, "scenes": [{"address": f"/r/{code}", "seconds": SECONDS} for code in CODES]},
    {"key": "other", "scenes": [{"address": "/r/T21?dimension=events", "seconds": 60}]},
]
CRUMB = "#crumbs b"


@pytest.fixture(scope="module")
def site(database_url: str, alive: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application with a pack that plans two walls for Smalltown."""
    folder: Path = hamlet.write(tmp_path_factory.mktemp("packs") / "smalltown", {"key": "smalltown", "walls": WALLS})
    with serving(database_url, pack=str(folder)) as address:
        yield address


@pytest.fixture(autouse=True)
def light(context: BrowserContext) -> None:
    """Scenes are changed often here: without a map, which has tests of its own, that takes no time."""
    context.route("**/vendor/maplibre-gl.mjs*", lambda route: route.fulfill(body=NO_MAP, content_type="text/javascript"))
    context.add_init_script(WENT)


def region(page: Page) -> str:
    """The region of the page's address."""
    found = re.search(r"/r/(\w+)", page.evaluate("location.href"))
    return found[1] if found else ""


def painted(page: Page, site: str, wall: str = "main") -> str:
    """Open a wall and wait for its first picture. Returns: the scene's region."""
    page.goto(f"{site}/wall/{wall}?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    until(lambda: page.locator(".scenes i.on").count() == 1, PATIENCE_S)
    return region(page)


def test_the_scenes_follow_each_other_in_their_order_and_leave_no_history(page: Page, site: str) -> None:
    painted(page, site)
    length = page.evaluate("history.length")
    until(lambda: page.evaluate("went.length") >= 3, 3 * SECONDS + PATIENCE_S)
    went = [re.findall(r"/r/(\w+)", address)[0] for address in page.evaluate("went")]
    first = CODES.index(went[0])
    assert went[:3] == [CODES[(first + step) % 3] for step in (0, 1, 2)]
    until(lambda: page.locator(CRUMB).inner_text() == f"Area {region(page)}", PATIENCE_S)
    until(lambda: page.locator(".scenes i").evaluate_all("all => all.findIndex(one => one.className)")
          == CODES.index(region(page)), PATIENCE_S)
    assert page.evaluate("history.length") == length


def test_a_key_stops_them_and_they_go_on_alone(page: Page, site: str) -> None:
    scene = painted(page, site)
    until(lambda: region(page) != scene, SECONDS + PATIENCE_S)
    scene = region(page)
    pressed = time.monotonic()
    while time.monotonic() - pressed < SECONDS + 2:     # longer than a scene stands
        page.keyboard.press("Shift")
        page.wait_for_timeout(500)
    expect(page.locator(".scenes")).to_have_attribute("data-text", re.compile("goes on in [456] s"))
    assert region(page) == scene
    until(lambda: region(page) != scene, 6 + SECONDS * 3 + PATIENCE_S)
    expect(page.locator(".scenes")).to_have_attribute("data-text", "")


def test_whoever_goes_elsewhere_stays_on_this_wall(page: Page, site: str) -> None:
    painted(page, site)
    page.click("#feed a[href*='case=']")
    expect(page.locator("#drawer .sheet")).to_be_visible()
    assert "wall=main" in page.evaluate("location.href")
    page.reload()
    expect(page.locator("#panel-events .hero")).to_be_visible()
    until(lambda: "case=" not in page.evaluate("location.href") and region(page) in CODES, PATIENCE_S)
    expect(page.locator("#drawer .sheet")).to_have_count(0)


def test_walls_of_one_name_show_the_same_scene_and_another_wall_its_own(page: Page, context: BrowserContext, site: str) -> None:
    second, third = context.new_page(), context.new_page()
    painted(page, site)
    painted(second, site)
    assert painted(third, site, "other") == "T21"
    expect(third.locator("#drawer .sheet")).to_be_visible()
    begun = region(page)
    until(lambda: region(page) != begun, SECONDS + PATIENCE_S)
    until(lambda: region(second) == region(page), 3)
    for extra in (second, third):
        extra.close()


def test_the_pointer_is_seen_while_it_moves_and_then_hidden(page: Page, site: str) -> None:
    painted(page, site)
    cursor = "getComputedStyle(document.querySelector('.head')).cursor"
    until(lambda: page.evaluate(cursor) == "none", PATIENCE_S)
    page.mouse.move(300, 300)
    page.mouse.move(400, 300)
    until(lambda: page.evaluate(cursor) != "none", 3)
    until(lambda: page.evaluate(cursor) == "none", 8)


def test_while_the_line_is_cut_the_scene_stays(page: Page, site: str, witness: Witness) -> None:
    scene = painted(page, site)
    page.context.set_offline(True)
    until(lambda: bool(page.evaluate("document.getElementById('wall').classList.contains('is-cut')")), 20)
    scene = region(page)
    time.sleep(SECONDS + 1)
    assert region(page) == scene
    page.context.set_offline(False)
    until(lambda: region(page) != scene, SECONDS * 3 + PATIENCE_S)
    witness.complaints = [said for said in witness.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


def test_the_rules_stand_two_units_elsewhere_each_night(page: Page, site: str) -> None:
    painted(page, site)
    corner = "getComputedStyle(document.documentElement).getPropertyValue('--shift-x') + ' ' + " \
             "getComputedStyle(document.documentElement).getPropertyValue('--shift-y')"
    seen = []
    start = page.evaluate("window.tonglan.now()")
    for night in range(4):
        page.evaluate(f"Object.assign(window.tonglan, {{now: () => {start} + {night} * 86400000}})")
        time.sleep(0.7)
        seen.append(page.evaluate(corner))
    assert sorted(seen) == ["0.2rem 0.2rem", "0.2rem 0rem", "0rem 0.2rem", "0rem 0rem"]


def test_a_wall_that_is_not_planned_says_so(page: Page, site: str, witness: Witness) -> None:
    answer = requests.get(f"{site}/wall/nowhere?lang=en", timeout=5)
    assert (answer.status_code, "There is no such wall" in answer.text) == (404, True)
