"""The screen for those who use no mouse, see little, or hear it read: axe on its main views, and a walk by the keys alone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Send
from tests.browser.scene import Witness, case

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
LANGUAGES = {"zh": "zh-CN", "en": "en"}
VIEWS = ["/", "/r/T1?indicator=event_open", "/r/T11?device=air-1", "/r/T1?breakdown=1&f.state=overdue&m=heat"]
CRUMB = "#crumbs b"
INKS = """() => [...new Set([...document.querySelectorAll('#panel-events .chart svg *')].flatMap(
    one => [getComputedStyle(one).stroke, getComputedStyle(one).fill]))]"""
STOPS = """() => [...document.querySelectorAll('a[href], button, [tabindex]')]
    .filter(one => one.tabIndex >= 0 && one.checkVisibility())
    .map(one => [one.closest('#skip, #header, #attention, #map, #map-key, #feed')?.id
        || one.closest('.col, .stage-over')?.className || one.outerHTML, one.tabIndex])"""

TINY = """() => {
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 10;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility() || element.closest('.unseen, svg, footer')) continue;
        if (parseFloat(getComputedStyle(element).fontSize) / unit < 13.99) found.push(element.outerHTML.slice(0, 120));
    }
    return found; }"""
BEYOND = """() => [...document.querySelectorAll(
        '#header > *, #attention li, .slot > *, .sup a, #drawer, #feed, #map-key > *, #ranking')]
    .filter(one => one.checkVisibility()).filter(one => {
        const {left, top, right, bottom} = one.getBoundingClientRect();
        const outside = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
        return outside || one.scrollWidth > one.clientWidth + 1;
    }).map(one => one.outerHTML.slice(0, 120))"""
WIDTH = "one => one.getBoundingClientRect().width"
WALLS = {"16:9": (1280, 720), "32:9": (2560, 720)}      # every size is relative to the wall: only its shape counts


def opened(browser: Browser, site: str, theme: Any) -> Iterator[Page]:
    """One page for many tests, which must stay clean; axe is put into it in spite of the page's policy."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", color_scheme=theme,
                                  reduced_motion="reduce", bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    seen = Witness(page)
    page.goto(f"{site}/")
    settled(page, "zh")
    yield page
    context.close()
    assert seen.complaints == []


@pytest.fixture(scope="module", params=["dark", "light"])
def viewer(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """A viewer whose system prefers a theme."""
    yield from opened(browser, site, request.param)


@pytest.fixture(scope="module")
def desk(browser: Browser, site: str) -> Iterator[Page]:
    """A viewer who has nothing but the keys."""
    yield from opened(browser, site, "dark")


@pytest.fixture
def resized(desk: Page) -> Iterator[Callable[[int, int], Page]]:
    """The desk's window in another size; its map, dear to draw without a graphics card, stays away meanwhile."""
    shown = "shown => { document.getElementById('map').style.display = shown ? '' : 'none'; }"

    def resize(width: int, height: int) -> Page:
        desk.evaluate(shown, False)
        desk.set_viewport_size({"width": width, "height": height})
        return desk

    yield resize
    desk.set_viewport_size({"width": 1920, "height": 1080})
    desk.evaluate(shown, True)


def go(page: Page, address: str, language: str) -> None:
    """Another view on the same page."""
    page.evaluate("document.activeElement.blur()")
    page.evaluate("address => tonglan.go(address)", f"{address}{'&' if '?' in address else '?'}lang={language}")
    settled(page, language)


def settled(page: Page, language: str) -> None:
    """Wait until the view is painted."""
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language])
    expect(page.locator("#wall[aria-busy=true]")).to_have_count(0)
    expect(page.locator("#panel-events .hero")).to_be_visible()


def within(page: Page, part: str) -> bool:
    """Whether the focus is in this part."""
    return bool(page.evaluate("part => document.activeElement.closest(part) !== null", part))


def tab_to(page: Page, wanted: str, most: int) -> None:
    """Press Tab until what has the focus is one of these."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} cannot be reached by {most} times Tab")


def test_axe_finds_nothing_grave_on_the_main_views_in_either_theme_or_language(viewer: Page) -> None:
    turn = viewer.evaluate("document.documentElement.dataset.theme") == "light"
    for number, view in enumerate(VIEWS):
        go(viewer, view, "en" if (number % 2 == 1) != turn else "zh")   # so that each view is met in both
        found: list[Any] = viewer.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false, iframes: false})"
                                           ".then(told => told.violations)")
        grave = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found if one["impact"] in GRAVE]
        assert not grave, view


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_holds_everything_without_scrolling_clipping_or_tiny_text(
    resized: Callable[[int, int], Page], wall: str,
) -> None:
    desk = resized(*WALLS[wall])
    for address in ("/r/T11?device=air-1", "/"):
        for language in LANGUAGES:
            go(desk, address, language)
            assert desk.evaluate(TINY) == [] and desk.evaluate(BEYOND) == []


@pytest.mark.parametrize(("width", "columns"), [(390, 1), (960, 2)])   # 960: also a full screen that is zoomed to twice its size
def test_a_small_window_is_a_page_that_stacks_and_scrolls_one_way_only(
    resized: Callable[[int, int], Page], width: int, columns: int,
) -> None:
    desk = resized(width, 844)
    go(desk, "/r/T11?device=air-1", "en")
    assert desk.evaluate("document.documentElement.scrollWidth") == width and desk.evaluate(TINY) == []
    assert desk.locator("#panel-people").evaluate(WIDTH) == pytest.approx((width - 32 - 28 * (columns - 1)) / columns, abs=1)
    parts = ["#header", "#attention", "#drawer", "#stage", "#feed", "#panel-people", "#panel-events"]
    tops = [desk.locator(part).evaluate("one => one.getBoundingClientRect().top") for part in parts]
    assert tops == sorted(tops), "what is wrong now comes before where it is, and that before how the city is doing"


def test_nothing_moves_for_whoever_wants_no_motion(viewer: Page) -> None:
    go(viewer, "/r/T11?device=air-1", "en")
    expect(viewer.locator("#drawer .sheet")).to_be_visible()
    assert viewer.evaluate("document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 0).length") == 0


def test_whose_own_colours_hold_still_sees_shapes_bars_and_the_colours_of_the_map(page: Page, site: str) -> None:
    """A reader's forced colours paint every background in the ground's: shapes that are cut out of one would be gone."""
    page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{site}/")
    settled(page, "zh")
    for selector in ("#attention .g", "#map-key .g", "#ranking .bar i", ".ramp i"):
        expect(page.locator(selector).first).not_to_have_css("background-color", "rgb(0, 0, 0)")
    told = page.evaluate("['--water', '--bad', '--watch', '--seq-1', '--seq-6'].map(name => tonglan.colour(name))")
    assert len(set(told)) == len(told), "the map is not of one colour"


def test_a_walk_from_the_city_to_a_case_and_back_by_the_keys_alone(desk: Page, site: str) -> None:
    desk.goto(f"{site}/?lang=en")
    settled(desk, "en")
    tab_to(desk, ".skip a[href='#ranking']", 2)
    desk.keyboard.press("Enter")
    assert within(desk, "#ranking")
    style, width = desk.evaluate("(({outlineStyle, outlineWidth}) => [outlineStyle, parseFloat(outlineWidth)])"
                                 "(getComputedStyle(document.activeElement))")
    assert style == "solid" and width >= 2, "the focus is seen"
    tab_to(desk, "#ranking td a, #ranking th a", 2)
    desk.keyboard.press("Enter")
    expect(desk.locator(CRUMB)).to_have_text(re.compile("Area T[12]"))
    assert within(desk, "#ranking"), "one goes on from where one was"

    tab_to(desk, "#feed a.open[href*='case=']", 30)
    opener = desk.evaluate("document.activeElement.getAttribute('href')")
    desk.keyboard.press("Enter")
    expect(desk.locator("#drawer .sheet")).to_be_visible()
    expect(desk.locator("#drawer")).to_be_focused()
    expect(desk.locator("#drawer")).to_have_accessible_name("Pothole")
    desk.keyboard.press("Tab")
    expect(desk.locator("#drawer .close")).to_be_focused()
    expect(desk.locator("#drawer .close")).to_have_accessible_name("Close")
    desk.keyboard.press("Escape")
    expect(desk.locator("#drawer .sheet")).to_have_count(0)
    expect(desk.locator(f"#feed a.open[href='{opener}']")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator(CRUMB)).to_have_text("City")


def test_everything_to_press_is_in_an_order_that_makes_sense(desk: Page) -> None:
    go(desk, "/r/T1", "en")
    expect(desk.locator("#map canvas")).to_have_attribute("aria-label", re.compile("arrow keys"))
    stops = desk.evaluate(STOPS)
    assert {order for _, order in stops} == {0}
    parts = [part for part, _ in stops]
    assert [part for at, part in enumerate(parts) if at == 0 or parts[at - 1] != part] == [
        "skip", "header", "attention", "col l", "map", "stage-over", "map-key", "feed", "col r"]


def test_space_presses_the_ways_to_draw_the_map_and_they_tell_which_is_chosen(desk: Page) -> None:
    go(desk, "/r/T1", "en")
    heat = desk.get_by_role("button", name="Heat")
    expect(heat).to_have_attribute("aria-pressed", "false")
    heat.press(" ")
    expect(desk).to_have_url(re.compile("m=heat"))
    expect(heat).to_have_attribute("aria-pressed", "true")


def test_the_letters_come_from_the_screens_own_font(desk: Page) -> None:
    go(desk, "/", "zh")
    desk.wait_for_function("document.fonts.check('16px \"Noto Sans SC Variable\"', '事') && document.fonts.status === 'loaded'")
    loaded = desk.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length")
    assert 0 < loaded < desk.evaluate("document.fonts.size") / 2, "only the pieces whose letters are needed"
    fetched = desk.evaluate("performance.getEntriesByType('resource').map(one => one.name).filter(one => one.includes('.woff2'))")
    assert fetched and all(re.search(r"\?m=\d+$", name) for name in fetched), "cached by their content"


SPECIAL = "ąćęłńśźżʼ čďěňřšťůž őű ğışİ ảờữỹđ ґєії ђљњџ αβγάέώς șț ķļņū ћһғқң"     # letters that names of cities are written in
# A letter that the font lacks is drawn by what stands behind it, as wide as that draws it.
LACKING = """async letters => {
  await document.fonts.load('700 24px "Noto Sans SC Variable"', letters);
  const pen = document.createElement("canvas").getContext("2d");
  const wide = (letter, behind) => {
    pen.font = `700 24px "Noto Sans SC Variable", ${behind}`;
    return pen.measureText(letter).width;
  };
  return [...letters].filter(letter => wide(letter, "monospace") !== wide(letter, "serif"));
}"""


def test_names_in_other_alphabets_are_drawn_by_the_screens_own_font(desk: Page) -> None:
    go(desk, "/", "en")
    assert desk.evaluate(LACKING, SPECIAL) == []
    assert desk.evaluate(LACKING, "ก") == ["ก"], "a letter that the font does lack is told"


def test_the_switch_turns_the_theme_for_the_whole_screen_and_is_remembered(desk: Page, site: str, send: Send) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=30)   # without, the day's first hour is all that is known, and no course
    steps = [{"step": "reported", "at": earlier.isoformat()},
             {"step": "closed", "at": (earlier + timedelta(hours=1)).isoformat()}]
    assert send("cases", [{**case("c-earlier", 1, earlier), "steps": steps}])["rejected"] == 0
    go(desk, "/", "en")
    expect(desk.locator("#panel-events .chart svg").first).to_be_visible()
    desk.wait_for_function("window.tonglan?.map?.ready")
    colours = {"dark": ("rgb(11, 16, 22)", "rgb(6, 14, 24)"), "light": ("rgb(246, 247, 248)", "rgb(238, 243, 246)")}
    inks = {"dark": {"rgb(159, 176, 190)", "rgb(163, 152, 138)"},     # chart ink, and that of what is stale
            "light": {"rgb(90, 106, 120)", "rgb(115, 102, 84)"}}
    for theme, (ground, water) in colours.items():
        expect(desk.locator("html")).to_have_attribute("data-theme", theme)
        expect(desk.locator("body")).to_have_css("background-color", ground)
        drawn = set(desk.evaluate(INKS))
        assert [other for other in colours if drawn & inks[other]] == [theme]
        assert desk.evaluate("tonglan.map.map.getPaintProperty('water', 'background-color')") == water
        if theme == "dark":
            desk.get_by_role("button", name="Light").press("Enter")
    desk.goto(f"{site}/?lang=en")
    expect(desk.get_by_role("button", name="Dark")).to_be_visible()
    go(desk, "/?theme=dark", "en")
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_wall_is_dark_whatever_the_system_prefers_unless_its_scene_says_otherwise(viewer: Page) -> None:
    for query, theme in (("wall=city", "dark"), ("wall=city&theme=light", "light")):
        go(viewer, f"/?{query}", "en")
        expect(viewer.locator("html")).to_have_attribute("data-theme", theme)
