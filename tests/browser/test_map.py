"""The map alone, in a real browser: Smalltown painted, clicked, moved, cut off and cured."""

import io
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import ClientsideFunction, Dash, Input, Output, html
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import Engine, text
from werkzeug.serving import make_server

from data_access.city import City
from data_access.readings import ChildReading
from indicators.definition import Indicator, Ratio
from indicators.reading import Reading
from indicators.scope import Scope
from indicators.text import Language, Text
from layouts import ids, stage
from layouts.behind import stores
from layouts.look import Look
from layouts.ramp import Ramp
from layouts.view import Mode, View
from layouts.words import say
from live.tiles import blueprint
from tests.conftest import NOON

ASSETS = Path(__file__).parents[2] / "assets"
RATE = Indicator("rate", Text("每万人案件", "Cases per 10,000"), "events", Ratio((), ()), "case_10k", "case", Text("", ""),
                 decimals=1)
RAMP = Ramp("sequence", (2.5, 10.0), (1, 3, 6))
HEAT = Ramp("sequence", (0.1, 0.2, 0.3, 0.4, 0.5), (1, 2, 3, 4, 5, 6))   # cases per km², so 0.6 is the warmest
CASE = 2**62 + 1
VALUES = {"T11": 1.0, "T12": 3.0, "T21": 11.0, "T22": None}
SMALL: ViewportSize = {"width": 640, "height": 360}   # so that drawing in software is quick
READY = "window.tonglan?.map?.ready && tonglan.map.map.loaded() && tonglan.map.map.areTilesLoaded()"


@pytest.fixture(scope="module")
def city(engine: Engine, town: City) -> City:
    """Smalltown with one overdue case in T11 and one device in alarm in T22; one name tries to be markup."""
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, geom,
                                   reported_at, batch_id, row_no, due_at, state_at)
            VALUES (:id, 1, 'C1', 'pothole', 'web', 'x', 8, ST_SetSRID(ST_MakePoint(0.005, 0.002), 4326),
                    :reported, 1, 1, :due, :reported)"""),
            {"id": CASE, "reported": NOON - timedelta(hours=9), "due": NOON - timedelta(hours=3)})
        connection.execute(text("""
            WITH made AS (
                INSERT INTO device (code, source_id, kind, name, region_id, geom, interval_s, last_at)
                VALUES ('D1', 2, 'air', 'D1', 15, ST_SetSRID(ST_MakePoint(0.075, 0.002), 4326), 600, :heard)
                RETURNING device_id)
            INSERT INTO latest_observation SELECT device_id, 1, :heard, 200 FROM made"""), {"heard": NOON})
    sly = Text("<i>甲</i>", "<i>Area</i>")
    key = town.codes["T21"]
    return replace(town, regions={**town.regions, key: replace(town.regions[key], name=sly)})


def state(city: City, code: str = "T", language: Language = "zh", values: Mapping[str, float | None] = VALUES,
          mode: Mode = "flat", **changes: Any) -> dict[str, Any]:
    """What the server would tell the map."""
    look = Look(View(Scope(code, language=language), mode=mode), city, NOON)
    readings = [ChildReading(city.region(key), Reading(RATE, "ok" if value is not None else "no_data", value))
                for key, value in values.items()]
    labels = readings[:1]
    versions = {"region": "r1", "case": "c1", "device": "d1", "lot": "l1", "heat": "h1", **changes}
    return stage.map_state(look, RATE, RAMP, readings, labels, versions, heat=HEAT if mode == "heat" else None)


@pytest.fixture(scope="module")
def address(engine: Engine, city: City) -> Iterator[str]:
    """A page with nothing but the stage, which also writes down what was clicked."""
    app = Dash("map", assets_folder=str(ASSETS), assets_path_ignore=["vendor"],
               assets_ignore=r"(ahead|charts|dash|faces|plots|push)\.js|wall\.css")
    app.server.register_blueprint(blueprint(engine, lambda: city, lambda: NOON))
    parts = stage.stage(html.Div(id="over"))
    named = {part.id: part for part in parts if hasattr(part, "id")}
    look = Look(View(Scope("T")), city, NOON)
    named[ids.MAP_KEY].children = stage.key(look, {"overdue": 1}, simulated_marks=True, no_data=True)
    box = html.Section(parts, id="box", style={"position": "fixed", "inset": "0"})
    app.layout = html.Div([box, html.Output(id="clicked"), *stores()])
    app.clientside_callback(ClientsideFunction("tonglan_map", "apply"), Input(ids.MAP_STATE, "data"))
    app.clientside_callback("data => JSON.stringify(data)", Output("clicked", "children"), Input(ids.MAP_CLICK, "data"))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def tab(browser: Browser, address: str) -> Iterator[Any]:
    """The page in a small window; what went wrong or left the machine is kept."""
    context = browser.new_context(viewport=SMALL, reduced_motion="reduce", locale="zh-CN", color_scheme="dark")
    page: Any = context.new_page()
    page.faults, page.strangers, page.asked = [], [], []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    yield page
    context.close()


@pytest.fixture
def drawn(tab: Any, city: City) -> Any:
    """The page with Smalltown on it, as every test finds it."""
    tab.unroute("**/tiles/**")
    tell(tab, state(city))
    tab.evaluate("tonglan.map.map.jumpTo({center: [0.04, 0.005], zoom: 12.5})")
    settle(tab)
    return tab


def tell(page: Page, told: dict[str, Any]) -> None:
    """Push a state as the server's stream does, and let the map draw it."""
    page.wait_for_function("window.tonglan?.map && window.dash_clientside?.set_props && document.getElementById('map')")
    push(page, told)
    page.wait_for_function("told => JSON.stringify(tonglan.map.shown) === JSON.stringify(told)", arg=told)
    settle(page)


def push(page: Page, told: dict[str, Any]) -> None:
    """Push a state and go on."""
    page.evaluate("([id, data]) => dash_clientside.set_props(id, {data})", [ids.MAP_STATE, told])


def settle(page: Page) -> None:
    """Wait until nothing is left to load."""
    page.wait_for_timeout(150)
    page.wait_for_function(READY)


def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where on the page a place is drawn."""
    return tuple(page.evaluate("""([lon, lat]) => {
        const p = tonglan.map.map.project([lon, lat]), box = document.getElementById("map").getBoundingClientRect();
        const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 10;
        return [box.left + p.x * unit, box.top + p.y * unit]; }""", [lon, lat]))


def clicked(page: Page, lon: float, lat: float) -> dict[str, Any]:
    """Click a place and read what the map told the server."""
    before = page.inner_text("#clicked")
    page.mouse.click(*at(page, lon, lat))
    page.wait_for_function("before => document.getElementById('clicked').innerText !== before", arg=before)
    told: dict[str, Any] = json.loads(page.inner_text("#clicked"))
    return told


def painted(page: Page, city: City) -> dict[str, int]:
    """The class that each region of level 2 has on the map."""
    return {
        region.code: page.evaluate("id => tonglan.map.map.getFeatureState({source: 'region-2', sourceLayer: 'region', id}).class",
                                   region.region_id)
        for region in city.regions.values() if region.level == 2}


def test_every_region_is_painted_in_its_class_and_no_data_is_hatched(drawn: Any, city: City) -> None:
    assert painted(drawn, city) == {"T11": 1, "T12": 3, "T21": 6, "T22": -1}
    hatched = drawn.evaluate("tonglan.map.map.queryRenderedFeatures({layers: ['hatch-2']}).map(f => f.properties.code)")
    assert set(hatched) == {"T22"}


def test_the_colour_on_the_screen_is_the_token_s(drawn: Any) -> None:
    """Block T12 is class 3, --seq-3: #42697B."""
    from PIL import Image

    x, y = at(drawn, 0.035, 0.0085)
    shot = Image.open(io.BytesIO(drawn.screenshot(clip={"x": x, "y": y, "width": 2, "height": 2})))
    assert shot.convert("RGB").getpixel((0, 0)) == (0x42, 0x69, 0x7B)


def test_a_click_on_a_region_tells_its_code(drawn: Any) -> None:
    told = clicked(drawn, 0.03, 0.008)
    assert (told["kind"], told["key"]) == ("region", "T12")
    assert told["lon"] == pytest.approx(0.03, abs=1e-3)


def test_a_click_on_a_case_tells_its_whole_number_and_on_a_device_its_code(drawn: Any) -> None:
    told = clicked(drawn, 0.005, 0.002)
    assert (told["kind"], told["key"]) == ("case", str(CASE))
    told = clicked(drawn, 0.075, 0.002)
    assert (told["kind"], told["key"]) == ("device", "D1")


def test_only_changed_classes_are_set_again(drawn: Any, city: City) -> None:
    drawn.evaluate("""() => { const map = tonglan.map.map, real = map.setFeatureState.bind(map); window.set = [];
        map.setFeatureState = (feature, value) => { window.set.push(feature.id); real(feature, value); }; }""")
    tell(drawn, state(city, values={**VALUES, "T12": 20.0}))
    assert drawn.evaluate("window.set") == [city.region("T12").region_id]
    assert painted(drawn, city)["T12"] == 6


def test_a_new_version_asks_only_for_that_layer_s_tiles(drawn: Any, city: City) -> None:
    drawn.asked.clear()
    told = state(city, case="c2")
    tell(drawn, told)
    settle(drawn)
    tiles = {url.split("/tiles/")[1].rsplit("/", 3)[0] for url in drawn.asked if "/tiles/" in url}
    assert tiles == {f"c2.{told['paint']['level']}/case"}


def test_another_scope_moves_the_map_there_and_paints_its_own_level(drawn: Any, city: City) -> None:
    blocks = {f"T1{street}{block}": float(street + block) for street in (1, 2) for block in (1, 2)}
    tell(drawn, state(city, "T1", values=blocks))
    settle(drawn)
    west, east = drawn.evaluate("[tonglan.map.map.getBounds().getWest(), tonglan.map.map.getBounds().getEast()]")
    assert west < 0 and 0.04 < east < 0.06
    layers = "n => tonglan.map.map.getLayoutProperty(`fill-${n}`, 'visibility')"
    assert [drawn.evaluate(layers, n) for n in (2, 3)] == ["none", "visible"]


def test_names_are_written_in_the_viewer_s_language(drawn: Any, city: City) -> None:
    names = "tonglan.map.map.getSource('label').serialize().data.features.map(f => f.properties.name)"
    chinese = drawn.evaluate(names)
    tell(drawn, state(city, language="en"))
    assert (chinese, drawn.evaluate(names)) == (["甲T11"], ["Area T11"])


def test_the_tip_shows_a_name_as_text_even_if_it_is_markup(drawn: Any) -> None:
    drawn.mouse.move(*at(drawn, 0.05, 0.008))
    drawn.wait_for_selector(".map-tip:not([hidden])")
    assert drawn.inner_text(".map-tip b") == "<i>甲</i>"
    assert drawn.inner_text(".map-tip span") == "每万人案件 11.0"
    drawn.mouse.move(2, 2)


def test_pressing_a_mark_in_the_key_hides_its_layer(drawn: Any) -> None:
    shown = "tonglan.map.map.getLayoutProperty('overdue', 'visibility')"
    button = "#map-key [data-layer=overdue]"
    drawn.dispatch_event(button, "click")   # without the wall's style sheet its shape has no size to be pointed at
    assert (drawn.evaluate(shown), drawn.get_attribute(button, "aria-pressed")) == ("none", "false")
    drawn.dispatch_event(button, "click")
    assert (drawn.evaluate(shown), drawn.get_attribute(button, "aria-pressed")) == ("visible", "true")


def visible(page: Page, layer: str) -> bool:
    """Whether a layer is drawn."""
    return bool(page.evaluate("layer => tonglan.map.map.getLayoutProperty(layer, 'visibility') !== 'none'", layer))


def test_as_heat_the_map_is_warm_where_cases_lie_and_without_marks_and_colours(drawn: Any, city: City) -> None:
    """One case within some 0.1 km² is far beyond 0.6 a km²: there the colour is the warmest, --seq-6: #99C7D1."""
    from PIL import Image

    drawn.evaluate("tonglan.map.map.setLayoutProperty('label', 'visibility', 'none')")
    tell(drawn, state(city, mode="heat"))
    assert [visible(drawn, layer) for layer in ("heat", "overdue", "alarm", "solid-2")] == [True, False, False, False]
    colours = []
    for lon, lat in ((0.005, 0.002), (0.035, 0.0085)):
        x, y = at(drawn, lon, lat)
        shot = Image.open(io.BytesIO(drawn.screenshot(clip={"x": x, "y": y, "width": 2, "height": 2})))
        colours.append(shot.convert("RGB").getpixel((0, 0)))
    drawn.evaluate("tonglan.map.map.setLayoutProperty('label', 'visibility', 'visible')")
    assert colours == [(0x99, 0xC7, 0xD1), (0x14, 0x1B, 0x22)]
    assert clicked(drawn, 0.03, 0.008)["key"] == "T12"


def test_the_heat_is_cases_per_area_at_every_zoom(drawn: Any) -> None:
    """On the equator at zoom 12 a unit is 19.1 m; evenly spread cases of 1 a km² are then 0.000365 a square unit."""
    intensity = drawn.evaluate("tonglan.mapStyle.intensity(1, 0)")
    at_6, at_18 = intensity[4], intensity[6]
    assert at_18 / at_6 == pytest.approx(4.0**12)
    kernel = sum(0.3989 * 2.718281828 ** (-4.5 * (x * x + y * y) / 24**2) for x in range(-60, 61) for y in range(-60, 61))
    assert at_6 * 4**6 * kernel * (40075.017 / (512 * 2**12)) ** 2 == pytest.approx(1, rel=0.01)


def test_in_relief_regions_rise_in_proportion_and_the_map_is_tilted(drawn: Any, city: City) -> None:
    tell(drawn, state(city, mode="3d"))
    assert drawn.evaluate("tonglan.map.map.getPitch()") == 50
    assert [visible(drawn, layer) for layer in ("heat", "overdue", "veil-2", "solid-2")] == [False, False, False, True]
    height = "id => tonglan.map.map.getFeatureState({source: 'region-2', sourceLayer: 'region', id}).height ?? null"
    metres = {code: drawn.evaluate(height, city.region(code).region_id) for code in VALUES}
    assert metres["T21"] == pytest.approx(0.08 * 0.08 * 111320, rel=0.01)
    assert metres["T12"] == pytest.approx(metres["T21"] * 3 / 11, rel=0.01)
    assert metres["T22"] is None
    told = clicked(drawn, 0.05, 0.008)
    assert (told["kind"], told["key"]) == ("region", "T21")
    corners = drawn.evaluate("""() => { const [w, s, e, n] = tonglan.map.shown.focus.bounds;
        const {offsetWidth: wide, offsetHeight: tall} = tonglan.map.map.getCanvas();
        return [[w, s], [e, s], [w, n], [e, n]].map(at => tonglan.map.map.project(at)).map(p => [p.x / wide, p.y / tall]); }""")
    assert all(0 < x < 1 and 0 < y < 1 for x, y in corners), "what is near is in sight, too"
    tell(drawn, state(city))
    assert drawn.evaluate("tonglan.map.map.getPitch()") == 0
    assert visible(drawn, "overdue") and not visible(drawn, "solid-2")


def test_a_place_goes_around_what_lies_over_a_corner_where_its_parts_leave_room(drawn: Any) -> None:
    """One part lies low in the west, one high in the east, as the legend's corner wants it: nearer than beside the legend."""
    near, least, boxes, over, size = drawn.evaluate("""() => {
        const map = tonglan.map.map, size = {width: map.getCanvas().clientWidth, height: map.getCanvas().clientHeight};
        const parts = [[0, 0, 0.05, 0.02], [0.06, 0.01, 0.1, 0.05]], padding = {left: 20, top: 20, right: 20, bottom: 20};
        const over = {left: 0, top: 0, right: 0.45 * size.width, bottom: 0.4 * size.height};
        const {center, zoom} = map.cameraForBounds([0, 0, 0.1, 0.05], {padding: {...padding, left: over.right}});
        const found = tonglan.mapCamera.beside({center: [center.lng, center.lat], zoom}, parts, size, padding, over, 0, 0);
        map.jumpTo({...found, pitch: 0});
        const boxes = parts.map(([w, s, e, n]) => {
            const a = map.project([w, n]), b = map.project([e, s]);
            return [a.x, a.y, b.x, b.y]; });
        return [found.zoom, zoom, boxes, over, size];
    }""")
    assert near > least + 0.12
    for left, top, right, bottom in boxes:
        assert left >= 18 and top >= 18 and right <= size["width"] - 18 and bottom <= size["height"] - 18
        assert left >= over["right"] - 1 or top >= over["bottom"] - 1, "clear of what lies over the corner"


def test_buildings_stand_in_relief_and_lie_quietly_on_the_flat_map(drawn: Any, city: City, engine: Engine) -> None:
    assert not [url for url in drawn.asked if "/building/" in url], "a city without buildings asks for none"
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO building (building_id, source_id, external_id, height_m, region_id, geom, batch_id, row_no)
            VALUES (1, 1, 'B1', 42.5, 8, ST_Multi(ST_MakeEnvelope(0.004, 0.004, 0.006, 0.006, 4326)), 1, 1)"""))
    tell(drawn, state(city, mode="3d", building="b1"))
    drawn.evaluate("tonglan.map.map.jumpTo({center: [0.005, 0.005], zoom: 15})")
    settle(drawn)
    assert [visible(drawn, layer) for layer in ("building-solid", "building")] == [True, False]
    heights = "tonglan.map.map.queryRenderedFeatures({layers: ['building-solid']}).map(f => f.properties.height)"
    assert set(drawn.evaluate(heights)) == {42.5}
    assert drawn.evaluate("tonglan.map.map.queryRenderedFeatures({layers: ['solid-2']})") == []
    tell(drawn, state(city, building="b1"))
    assert [visible(drawn, layer) for layer in ("building-solid", "building")] == [False, True]
    tell(drawn, state(city))
    assert drawn.evaluate("Boolean(tonglan.map.map.getLayer('building'))") is False


def test_vehicles_move_without_the_rest_of_the_map_and_open_their_drawer(drawn: Any, city: City, engine: Engine) -> None:
    assert not [url for url in drawn.asked if "/vehicle/" in url], "a city without vehicles asks for none"
    there = "tonglan.map.map.queryRenderedFeatures({layers: ['vehicle']}).map(f => f.geometry.coordinates[0].toFixed(3))"
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO vehicle (vehicle_id, source_id, external_id, observed_at, region_id, geom, line, bearing, delay_s,
                at_stop, placed_by_stop, gone, batch_id, row_no)
            VALUES (:id, 1, 'b1', :at, 8, ST_SetSRID(ST_MakePoint(0.004, 0.005), 4326), '<b>12</b>', 90, 420,
                    false, false, false, 1, 1)"""), {"id": CASE, "at": NOON - timedelta(minutes=1)})
    tell(drawn, state(city, vehicle="v1"))
    drawn.evaluate("tonglan.map.map.jumpTo({center: [0.005, 0.005], zoom: 15})")
    settle(drawn)
    assert drawn.evaluate(there) == ["0.004"]
    drawn.asked.clear()
    with engine.begin() as connection:
        connection.execute(text("UPDATE vehicle SET geom = ST_SetSRID(ST_MakePoint(0.006, 0.005), 4326)"))
    drawn.evaluate("dash_clientside.tonglan_map.move('v2')")
    drawn.wait_for_function(f"{there}.join() === '0.006'")
    assert {url.split("/")[-4] for url in drawn.asked if "/tiles/" in url} == {"vehicle"}
    told = clicked(drawn, 0.006, 0.005)
    assert (told["kind"], told["key"]) == ("vehicle", str(CASE))
    tell(drawn, state(city))
    assert drawn.evaluate("Boolean(tonglan.map.map.getLayer('vehicle'))") is False


def test_far_out_a_mark_stands_for_its_region_and_leads_there(drawn: Any, city: City) -> None:
    """At zoom 11 the streets are wide enough for a mark each; T11's name stands at 0.01, 0.005."""
    drawn.evaluate("tonglan.map.map.jumpTo({center: [0.04, 0.005], zoom: 11.2})")
    settle(drawn)
    told = clicked(drawn, 0.01, 0.005)
    assert (told["kind"], told["key"]) == ("region", "T11")
    assert drawn.evaluate("tonglan.map.map.queryRenderedFeatures({layers: ['overdue']}).map(f => f.properties.region)") == ["T11"]


def test_numbers_are_brief_in_either_language(drawn: Any) -> None:
    written = drawn.evaluate("""() => ["zh", "en"].map(language => JSON.stringify(tonglan.mapStyle.count(language)))""")
    assert "万" in written[0] and '"k"' not in written[0]
    assert '"k"' in written[1] and "万" not in written[1]


def test_the_key_says_how_the_map_is_drawn_and_leads_to_the_other_ways(drawn: Any) -> None:
    ways = drawn.evaluate("[...document.querySelectorAll('.map-modes a')].map(a => [a.getAttribute('href'), a.ariaPressed])")
    told = [(href.partition("m=")[2].partition("&")[0], pressed) for href, pressed in ways]
    assert told == [("", "true"), ("heat", "false"), ("3d", "false")]


def test_a_callout_without_room_beside_the_regions_is_its_number_alone(drawn: Any, city: City) -> None:
    item = {"no": 1, "lon": 0.05, "lat": 0.005, "exact": False, "region": city.region("T21").region_id, "tone": "bad",
            "text": "11 件超期", "note": ""}
    texts = "[...document.querySelectorAll('.map-callouts text')].map(t => t.textContent)"
    tell(drawn, {**state(city), "attention": [item]})
    drawn.evaluate("tonglan.map.map.jumpTo({center: [0.05, 0.005], zoom: 12})")
    settle(drawn)
    assert drawn.evaluate(texts) == ["1", "11 件超期"]
    drawn.evaluate("tonglan.map.map.jumpTo({center: [0.05, 0.005], zoom: 16})")
    settle(drawn)
    assert drawn.evaluate(texts) == ["1"]


def test_a_place_under_a_name_has_its_number_beside_the_name_and_no_ring_through_it(drawn: Any, city: City) -> None:
    named = state(city)["labels"][0]
    lon, lat = named["lon"], named["lat"]
    item = {"no": 1, "lon": lon, "lat": lat, "exact": True, "region": named["id"], "tone": "bad", "text": "25.4°", "note": ""}
    tell(drawn, {**state(city), "attention": [item]})
    drawn.evaluate(f"tonglan.map.map.jumpTo({{center: [{lon}, {lat}], zoom: 12.5}})")
    settle(drawn)
    radii = "[...document.querySelectorAll('.map-callouts circle')].map(c => c.getAttribute('r'))"
    assert drawn.evaluate(radii) == ["13"], "the number's own circle"
    drawn.evaluate("([item, told]) => dash_clientside.set_props('map-state', {data: {...told, attention: [item]}})",
                   [{**item, "lon": lon - 0.004, "lat": lat + 0.004}, state(city)])
    drawn.wait_for_function(f"{radii}.includes('17')")


def test_the_map_refits_when_a_drawer_takes_its_place(drawn: Any, city: City) -> None:
    tell(drawn, state(city, "T2", values={"T21": 1.0, "T22": 2.0}))
    whole = drawn.evaluate("tonglan.map.map.getZoom()")
    drawn.evaluate("document.getElementById('box').style.right = '40%'")
    drawn.wait_for_function("whole => tonglan.map.map.getZoom() < whole - 0.3", arg=whole)
    bounds = drawn.evaluate("tonglan.map.map.getBounds().toArray().flat()")
    drawn.evaluate("document.getElementById('box').style.right = '0'")
    assert bounds[0] < 0.04 and bounds[2] > 0.08


def test_the_map_looks_the_same_on_a_wall_twice_as_large(drawn: Any, city: City) -> None:
    """Laid out in units, the picture of a larger wall has the same zoom and more pixels."""
    tell(drawn, state(city, "T1", values={}))
    zooms = []
    for width, height in ((1280, 720), (2560, 1440)):
        drawn.set_viewport_size({"width": width, "height": height})
        drawn.wait_for_function("width => document.querySelector('#map canvas').width === width", arg=width)
        zooms.append(drawn.evaluate("tonglan.map.map.getZoom()"))
    drawn.set_viewport_size(SMALL)
    assert zooms[0] == pytest.approx(zooms[1], abs=0.01)


def test_when_tiles_do_not_come_it_says_so_keeps_the_picture_and_goes_on_by_itself(drawn: Any, city: City) -> None:
    marks = "tonglan.map.map.queryRenderedFeatures({layers: ['overdue']}).length"
    drawn.route("**/tiles/**", lambda route: route.fulfill(status=503))
    push(drawn, state(city, case="c3"))
    drawn.wait_for_selector(".map-note:not(:empty)")
    assert drawn.inner_text(".map-note") == say("map.unavailable", "zh")
    assert drawn.evaluate(marks) == 1
    assert drawn.locator("#map[data-idle]").count() == 0, "what it was told is not all drawn"
    push(drawn, state(city, case="c4"))
    drawn.unroute("**/tiles/**")
    drawn.asked.clear()
    drawn.wait_for_function("document.querySelector('.map-note').textContent === ''", timeout=60000)
    settle(drawn)
    drawn.wait_for_selector("#map[data-idle]")
    assert {url.split("/tiles/")[1].split(".")[0] for url in drawn.asked if "/tiles/" in url} == {"c4"}
    assert drawn.evaluate(marks) == 1
    drawn.faults[:] = [fault for fault in drawn.faults if "503" not in fault]


@pytest.mark.parametrize("part", ["maplibre-gl.mjs", "maplibre-gl-worker.mjs"])
def test_when_the_line_is_cut_while_the_maps_own_code_comes_the_map_begins_again_by_itself(
    browser: Browser, address: str, city: City, part: str,
) -> None:
    context = browser.new_context(viewport=SMALL, reduced_motion="reduce", locale="zh-CN", color_scheme="dark")
    page: Any = context.new_page()
    context.route(f"**/{part}*", lambda route: route.abort())
    page.goto(address)
    page.wait_for_function("window.dash_clientside?.set_props && document.getElementById('map')")
    push(page, state(city))
    page.wait_for_selector(".map-note:not(:empty)")
    context.unroute(f"**/{part}*")
    page.wait_for_selector("#map[data-idle]", timeout=60000)
    assert page.inner_text(".map-note") == ""
    context.close()


def test_a_lost_graphics_context_is_replaced_and_the_same_is_drawn_again(drawn: Any, city: City) -> None:
    drawn.evaluate("""() => { window.old = tonglan.map.map;
        old.getCanvas().getContext("webgl2").getExtension("WEBGL_lose_context").loseContext(); }""")
    drawn.wait_for_function(f"window.old !== tonglan.map.map && {READY}", timeout=30000)
    assert painted(drawn, city) == {"T11": 1, "T12": 3, "T21": 6, "T22": -1}


def test_the_map_can_be_reached_and_moved_by_keyboard(drawn: Any) -> None:
    canvas = drawn.locator("#map canvas")
    assert canvas.get_attribute("aria-label").startswith("甲T地图")
    canvas.focus()
    before = drawn.evaluate("tonglan.map.map.getZoom()")
    drawn.keyboard.press("+")
    drawn.wait_for_function("before => tonglan.map.map.getZoom() > before + 0.5", arg=before)


def test_nothing_went_wrong_and_nothing_left_the_machine(drawn: Any, address: str) -> None:
    assert [url for url in drawn.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert drawn.faults == []
