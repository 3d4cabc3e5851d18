"""The screen for those who use no mouse, see little, or hear it read: axe on its main views, and a walk by the keys alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
VIEWS = ["/", "/r/T1?indicator=event_open", "/r/T11?sources=1&f.state=overdue", "/r/T11?device=air-1", "/r/T?breakdown=1&m=heat"]
CRUMB = "#crumbs b"


@pytest.fixture(scope="module", params=["dark", "light"])
def viewer(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """One page for a theme; axe is put into it in spite of the page's policy."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", color_scheme=request.param,
                                  reduced_motion="reduce", bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto(f"{site}/")
    expect(page.locator("html")).to_have_attribute("data-theme", request.param)
    yield page
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_grave_on_the_main_views(viewer: Page, language: str) -> None:
    for view in VIEWS:
        address = f"{view}{'&' if '?' in view else '?'}lang={language}"
        viewer.evaluate("address => tonglan.go(address)", address)
        expect(viewer.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
        expect(viewer.locator("#wall")).to_have_attribute("aria-busy", "false")
        expect(viewer.locator("#panel-events .hero")).to_be_visible()
        found: list[Any] = viewer.evaluate("axe.run(document, {resultTypes: ['violations']}).then(told => told.violations)")
        grave = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found if one["impact"] in GRAVE]
        assert not grave, address


def test_nothing_moves_for_whoever_wants_no_motion(viewer: Page, site: str) -> None:
    viewer.evaluate("tonglan.go('/r/T11?lang=en&device=air-1')")
    expect(viewer.locator("#drawer .sheet")).to_be_visible()
    assert viewer.evaluate("document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 0).length") == 0


def focused(page: Page) -> Locator:
    return page.locator("*:focus")


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until what has the focus is one of these."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by {most} times Tab")


def test_a_walk_from_the_city_to_a_case_and_back_by_the_keys_alone(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to what needs action")
    tab_to(page, ".skip a[href='#ranking']", 3)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#ranking') !== null")
    ring = page.evaluate("(({outlineStyle, outlineWidth}) => [outlineStyle, parseFloat(outlineWidth)])"
                         "(getComputedStyle(document.activeElement))")
    assert ring[0] == "solid" and ring[1] >= 2, "the focus is seen"
    tab_to(page, "#ranking a[href^='/r/T1?']", 3)
    page.keyboard.press("Enter")
    expect(page.locator(CRUMB)).to_have_text("Area T1")
    assert page.evaluate("document.activeElement.closest('#ranking') !== null"), "one goes on from where one was"

    tab_to(page, "#feed a.open[href*='case=']")
    opener = focused(page).get_attribute("href")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .sheet")).to_be_visible()
    expect(page.locator("#drawer")).to_be_focused()
    expect(page.locator("#drawer")).to_have_accessible_name("Pothole")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_accessible_name("Close")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer .sheet")).to_have_count(0)
    expect(focused(page)).to_have_attribute("href", opener or "")
    page.keyboard.press("Escape")
    expect(page.locator(CRUMB)).to_have_text("City")


def test_everything_to_press_is_in_an_order_that_makes_sense(page: Page, site: str) -> None:
    page.goto(f"{site}/r/T1?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    expect(page.locator("#map canvas")).to_have_attribute("aria-label", re.compile("arrow keys"))
    met: list[str] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        part = page.evaluate("document.activeElement.closest('#skip, #header, #attention, #map, #map-key, #feed')?.id"
                             " || document.activeElement.closest('.col, .stage-over')?.className || ''")
        if not part and met:
            break
        if not met or met[-1] != part:
            met.append(part)
    assert met == ["skip", "header", "attention", "col l", "map", "stage-over", "map-key", "feed", "col r"]


def test_space_presses_the_ways_to_draw_the_map_and_layers_tell_whether_they_are_shown(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    heat = page.get_by_role("button", name="Heat")
    expect(heat).to_have_attribute("aria-pressed", "false")
    heat.focus()
    page.keyboard.press(" ")
    expect(page).to_have_url(re.compile("m=heat"))
    expect(heat).to_have_attribute("aria-pressed", "true")


INKS = """() => [...new Set([...document.querySelectorAll('#panel-events .chart svg *')].flatMap(
    one => [getComputedStyle(one).stroke, getComputedStyle(one).fill]))]"""


def test_the_switch_turns_the_theme_for_the_whole_screen_and_is_remembered(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .chart svg").first).to_be_visible()
    page.wait_for_function("window.tonglan?.map?.ready")
    colours = {"dark": ("rgb(11, 16, 22)", "rgb(159, 176, 190)", "rgb(6, 14, 24)"),
               "light": ("rgb(246, 247, 248)", "rgb(90, 106, 120)", "rgb(227, 234, 238)")}
    for theme, (ground, ink, water) in colours.items():
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(page.locator("body")).to_have_css("background-color", ground)
        inks = page.evaluate(INKS)
        assert ink in inks and not set(inks) & {of[1] for other, of in colours.items() if other != theme}
        assert page.evaluate("tonglan.map.map.getPaintProperty('water', 'background-color')") == water
        if theme == "dark":
            page.get_by_role("button", name="Light").press("Enter")
    page.reload()
    expect(page.get_by_role("button", name="Dark")).to_be_visible()
    page.goto(f"{site}/?lang=en&wall=main&theme=dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_letters_come_from_the_screens_own_font(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=zh")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    page.wait_for_function("document.fonts.check('16px \"Noto Sans SC Variable\"', '事') && document.fonts.status === 'loaded'")
    loaded = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length")
    assert 0 < loaded < page.evaluate("document.fonts.size") / 2, "only the pieces whose letters are needed"
    fetched = [name for name in page.evaluate("performance.getEntriesByType('resource').map(one => one.name)") if ".woff2" in name]
    assert fetched and all(re.search(r"\?m=\d+$", name) for name in fetched), "cached by their content"
