"""Every face of the screen on made-up data, to be looked at: python tests/layouts/gallery.py FOLDER."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dash import Dash, dcc, html
from flask import Response
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from indicators.definition import DIMENSIONS  # noqa: E402
from indicators.library import INDICATORS  # noqa: E402
from indicators.text import Language  # noqa: E402
from layouts import (  # noqa: E402
    attention,
    drawer_agencies,
    drawer_agency,
    drawer_attention,
    drawer_case,
    drawer_device,
    drawer_dimension,
    drawer_indicator,
    drawer_sources,
    drawer_warning,
    feed,
    header,
    ids,
    notice,
    panel,
    ramp,
    ranking,
    stage,
    wall,
)
from layouts.look import Look  # noqa: E402
from live import events  # noqa: E402
from live.picture import encode  # noqa: E402
from tests.layouts import town  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--use-gl=angle",
         "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
CHARTS = ".plot :is(.drawing, .main-svg:first-child)"
DRAWN = f"document.querySelectorAll('.fit').length === document.querySelectorAll('{CHARTS}').length"
SIZES = {"1920x1080": (1920, 1080), "3840x2160": (3840, 2160), "7680x2160": (7680, 2160), "390x844": (390, 844)}


def scope(look: Look) -> dict[str, Any]:
    """Everything on the wall but the drawer, by component id."""
    drawn: dict[str, Any] = {
        ids.CRUMBS: header.crumbs(look), ids.WINDOW: header.windows(look),
        ids.SOURCES: header.source_health(look, town.sources()),
        ids.WEATHER: header.weather(look, town.weather()), ids.JOBS: header.jobs(look, [town.job()]),
        ids.LANGUAGE: header.languages(look), ids.ATTENTION: attention.attention(look, town.urgent()),
        ids.LEGEND: legend(look), ids.MAP_KEY: stage.key(look, {}, simulated_marks=True, no_data=True),
        ids.RANKING: ranking.ranking(look, town.children("place_case_density", look.region.code)),
        ids.FEED: feed.feed(look, town.cases(), [town.warning()], [town.alarm()]),
    }
    for dimension in DIMENSIONS:
        hero, supports = town.panel_readings(dimension)
        parts = town.children("org_disposed_on_time", "nyc", (97, 79, 95, 96, 93)) if dimension == "organizations" else ()
        drawn[ids.panel(dimension)] = panel.panel(look, dimension, hero, supports, parts)
    return drawn


def legend(look: Look) -> list[Any]:
    """The map's legend over six even classes."""
    reading = town.reading("place_case_density")
    classes = ramp.ramp(reading.indicator, [2.0 + at / 10 for at in range(80)], None)
    return list(stage.legend(look, reading.indicator, classes, 2, reading))


def whole(look: Look, drawer: Any = None) -> Any:
    """The wall with everything drawn, its clock held at NOW."""
    page = wall.wall(look.city, look.language, {**scope(look), ids.DRAWER: drawer or []})
    setattr(page, "data-now", look.now.isoformat())
    return page


DRAWERS: dict[str, Callable[[Look], list[Any]]] = {
    "case": lambda look: drawer_case.case(look, town.case_record()),
    "device": lambda look: drawer_device.device(look, town.device_record()),
    "agency": lambda look: drawer_agency.agency(look, town.loads()[0], town.cases(7)),
    "agencies": lambda look: drawer_agencies.agencies(look, town.loads()),
    "dimension": lambda look: drawer_dimension.dimension(look, "events", [
        town.reading(one.key) for one in INDICATORS.values() if one.dimension == "events"]),
    "indicator": lambda look: drawer_indicator.indicator(
        look, town.reading("event_closed_on_time"), None, town.children("event_closed_on_time", "nyc", (97, 79, 95, 88, 93))),
    "sources": lambda look: drawer_sources.sources(look, town.sources()),
    "warning": lambda look: drawer_warning.warning(look, town.warning()),
    "attention": lambda look: drawer_attention.attention(look, town.urgent()),
}


def states(look: Look) -> html.Div:
    """The eight states of a panel, and the quiet band."""
    three = town.panel_readings("events")[1]

    def cell(name: str, hero: Any, supports: Any = three) -> html.Div:
        return html.Div([html.H3(name), html.Div(panel.panel(look, hero.indicator.dimension, hero, supports), className="slot")])

    def all_(status: Any) -> list[Any]:
        return [town.reading(one.indicator.key, status) for one in three]

    key = "event_closed_on_time"
    cells = [
        cell("fresh", town.reading(key, simulated=False)), cell("stale", town.reading(key, "stale"), all_("stale")),
        cell("dead", town.reading(key, "dead"), all_("dead")), cell("simulated", town.reading("object_online")),
        cell("no data", town.reading(key, "no_data"), all_("no_data")),
        cell("not applicable", town.reading(key, "not_applicable"), []),
        cell("zero", town.reading("event_overdue", value=0.0)), cell("no base", town.reading(key, "no_base"), all_("no_base")),
        cell("bad", town.reading(key, value=61.3)), html.Div([html.H3("broken"), html.Div(
            panel.broken(look, "events", look.say("unavailable")), className="slot")]),
    ]
    quiet = html.Section(attention.attention(look, []), className="att", style={"gridArea": "auto / 1 / auto / -1"})
    grid = {"display": "grid", "gridTemplateColumns": "repeat(4, 39.2rem)", "gap": "2.8rem", "gridAutoRows": "31rem",
            "padding": "1rem 2.8rem"}
    return html.Div(html.Div([*cells, quiet], style=grid))


def pages(language: Language) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Name, page and the sizes worth a look."""
    look = town.look(language=language)
    yield "wall", whole(look), tuple(SIZES)
    deep = town.look("36081085300", language)
    yield "tract", whole(deep), ("1920x1080",)
    for name, draw in DRAWERS.items():
        yield f"drawer-{name}", whole(deep, draw(deep)), ("1920x1080",)
    yield "states", states(look), ("1920x1080",)
    yield "cut", whole(look), ("1920x1080",)
    past = town.look(language=language, at=town.NOW)
    yield "past", whole(past), ("1920x1080",)
    yield "loading", notice.page(language, notice.loading([town.job()], language)), ("1920x1080",)


def seen(part: Any) -> Any:
    """A component without what is not drawn: stores and the address."""
    inside = getattr(part, "children", None)
    if isinstance(inside, list | tuple):
        part.children = [seen(one) for one in inside if not isinstance(one, dcc.Store | dcc.Location)]
    return part


def told(page: Any, cut: str | None) -> Response:
    """A stream that shows a page, and says since when it has nothing new."""
    props = seen(page).to_plotly_json()["props"]
    picture = {ids.WALL: {name: value for name, value in props.items() if name != "id"}}

    def said() -> Iterator[bytes]:
        yield events.picture(encode(picture), "/")
        for _ in range(40):
            yield events.event("beat", {"now": town.NOW, "cut": cut})
            time.sleep(1)
    return Response(said(), mimetype="text/event-stream")


class Quiet(WSGIRequestHandler):
    """A server that does not tell of every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(page: Any, cut: str | None = None) -> Iterator[str]:
    """The page on a port of its own, with the product's style and scripts, but no map and no stream."""
    app = Dash(__name__, assets_folder=str(ROOT / "assets"), assets_ignore=r"^map.*\.js$", assets_path_ignore=["vendor"])
    app.layout = html.Div([html.Div(id=ids.WALL), html.Div(id=ids.STAGE)])
    app.server.add_url_rule("/live/", view_func=lambda: told(page, cut))
    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def shoot(browser: Browser, page: Any, size: str, target: Path) -> None:
    """Save a picture of a page once its charts stand."""
    width, height = SIZES[size]
    with served(page, (town.NOW - timedelta(minutes=3)).isoformat() if target.name.startswith("cut") else None) as url:
        tab = browser.new_page(viewport={"width": width, "height": height})
        tab.on("console", lambda said: print(target.name, said.text) if said.type == "error" else None)
        tab.goto(url, wait_until="domcontentloaded")
        tab.wait_for_selector("#wall, .slot, .sup")
        tab.wait_for_function(DRAWN)
        tab.wait_for_timeout(500)
        tab.screenshot(path=target, full_page=width < 900)
        tab.close()


def main(folder: Path, only: str) -> None:
    """Draw all pages, or those whose name begins with `only`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language in ("zh", "en"):
            for name, page, sizes in pages(language):
                for size in sizes:
                    target = folder / f"{name}-{language}-{size}.png"
                    if target.name.startswith(only):
                        shoot(browser, page, size, target)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
