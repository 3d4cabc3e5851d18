"""The stage: the map, what its colours and marks mean, and the state that its script draws."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any, Protocol

from dash import html
from dash.development.base_component import Component

from data_access.attention import Attention
from data_access.city import City, Region
from data_access.tiles import BUILDING_ZOOMS, POINT_ZOOMS, VEHICLE_ZOOMS, gathered_by, region_zooms
from data_access.warnings import Drawn
from indicators.definition import Indicator
from indicators.filters import LATENESS
from indicators.reading import Reading
from indicators.text import Language
from indicators.units import UNITS
from layouts import formats, ids, links, picking
from layouts.look import Look
from layouts.ramp import STEPS, Ramp
from layouts.states import glyph, short_mark
from layouts.view import MODES
from layouts.words import say

FINEST = 120                # more regions than this are too small to be told apart at a scope's scale
NO_DATA, NOT_APPLICABLE = -1, -2
EMPTY = {"no_data": NO_DATA, "no_base": NO_DATA, "dead": NO_DATA, "not_applicable": NOT_APPLICABLE}
CALLOUTS = 3
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
HIDDEN_AT_FIRST = ("lot",)
TONES = {"extreme": "bad", "severe": "bad", "moderate": "watch"}
CUT_OFF = 1.5               # of the last class's beginning: what is more rises no higher


class Child(Protocol):
    """A region and an indicator's reading in it."""

    @property
    def region(self) -> Region: ...
    @property
    def reading(self) -> Reading: ...


def stage(*over: Component) -> list[Component]:
    """The stage's skeleton: the map's element, its key, and a column over it that begins with the legend."""
    return [
        html.Div(id=ids.MAP, className="map"),
        html.Div(id=ids.BOARD, className="board"),
        html.Div([html.Div(id=ids.CHIPS, className="chips"), html.Div(id=ids.LEGEND, className="legend"), *over],
                 className="stage-over"),
        html.Div(id=ids.MAP_KEY, className="map-key"),
    ]


def label_level(city: City, region: Region) -> int:
    """The level whose regions carry names and values: the scope's children, or itself at the leaf."""
    return min(region.level + 1, len(city.levels) - 1)


def paint_level(city: City, region: Region) -> int:
    """The level that is painted: the grandchildren while they can be told apart, else the children."""
    near = label_level(city, region)
    if near + 1 >= len(city.levels):
        return near
    grandchildren = sum(len(city.children(child)) for child in city.children(region))
    return near + 1 if 0 < grandchildren <= FINEST else near


def painted(city: City, region: Region, level: int) -> tuple[Region, ...]:
    """The regions of a level in a scope; a leaf is shown among its neighbours."""
    if level <= region.level:
        return (region,) if region.parent_id is None else city.children(city.regions[region.parent_id])
    regions = city.children(region)
    while regions and regions[0].level < level:
        regions = tuple(below for above in regions for below in city.children(above))
    return regions


def legend(look: Look, indicator: Indicator, ramp: Ramp, level: int, reading: Reading) -> list[Component]:
    """The painted indicator's name, unit, level and age, and its classes with their breaks printed.

    `level` is the painted one; `reading` the scope's own, for age and marks.
    """
    unit = UNITS[indicator.unit].symbol[look.language] or indicator.title[look.language]
    where = look.say("map.place", unit=unit, level=look.city.levels[level].name[look.language])
    title = html.H2([indicator.title[look.language], *picking.not_filtered(look, picking.spared(look, indicator))],
                    id=ids.name(ids.STAGE))
    return [title, below_title(look, where, reading), scale(indicator, ramp, look.language)]


def heat_legend(look: Look, indicator: Indicator, ramp: Ramp, reading: Reading) -> list[Component]:
    """The same for the heat of open cases: `indicator` and `reading` are those of the open cases."""
    title = html.H2(look.say("map.heat"), id=ids.name(ids.STAGE))
    return [title, below_title(look, look.say("map.per_area"), reading), scale(indicator, ramp, look.language)]


def below_title(look: Look, where: str, reading: Reading) -> html.Div:
    """One line: in what is measured, of where, how old, and whether it is simulated."""
    age = [] if reading.data_at is None else [" · ", html.Span(
        formats.moment(reading.data_at, look.now, look.zone, look.language), **{"data-age": reading.data_at.isoformat()})]
    mark = [short_mark(look.language)] if reading.simulated else []
    return html.Div([html.Span([where, *age]), *mark], className="legend-unit")


def heat_ramp(parts: Sequence[Child]) -> Ramp:
    """Classes of open cases per km², of equal width, up to the densest of these regions."""
    dense = [part.reading.value / part.region.area_km2 for part in parts if part.reading.value and part.region.area_km2]
    step = rounded_up(max(dense, default=float(STEPS)) / STEPS)
    return Ramp("sequence", tuple(step * k for k in range(1, STEPS)), tuple(range(1, STEPS + 1)))


def rounded_up(value: float) -> float:
    """The next number that is easily read out."""
    size = 10.0 ** floor(log10(value))
    return next(number for number in ROUND if number * size >= value * (1 - 1e-9)) * size


def scale(indicator: Indicator, ramp: Ramp, language: Language) -> html.Ol:
    """A ramp's colours, each with where it begins."""
    style = "seq" if ramp.kind == "sequence" else "div"
    below, beyond = ("≤", ">") if ramp.upper else ("<", "≥")
    edges = breaks(ramp, indicator, language)
    texts = [f"{below}{edges[0]}", *edges[:-1], f"{beyond}{edges[-1]}"] if edges else [""]
    return html.Ol(
        [html.Li([html.I(className=f"ramp-{style}-{colour}"), html.Span(text)])
         for colour, text in zip(ramp.colours, texts, strict=True)], className="ramp")


def breaks(ramp: Ramp, indicator: Indicator, language: Language) -> list[str]:
    """A ramp's breaks without their unit, all with as many decimals as the finest of them needs."""
    most = max(indicator.decimals, 1)
    texts = [formats.scaled(at, most, language) for at in ramp.breaks]
    needed = max((len(figures.partition(".")[2].rstrip("0")) for figures, _ in texts), default=0)
    return [f"{figures[:len(figures) - spare(figures, needed)]}{counted}" for figures, counted in texts]


def spare(figures: str, needed: int) -> int:
    """How many characters a number has beyond the decimals it needs, the point included."""
    decimals = len(figures.partition(".")[2])
    return max(decimals - needed, 0) + (1 if decimals and not needed else 0)


def key(look: Look, counts: Mapping[str, int], *, simulated_marks: bool, no_data: bool) -> list[Component]:
    """How the map is drawn; what its marks mean and how many there are in the scope, where `counts` says it.

    Pressing a mark hides or shows its layer; a case's state in words filters by it. Heat and heights are drawn without marks,
    but buildings stand among heights. Where `counts` has no buildings, or no vehicles, the city has none.
    """
    language = look.language
    mark = [short_mark(language)] if simulated_marks else []
    houses = [layer_mark(look, "building", html.I(className="map-key-building", **{"aria-hidden": "true"}),
                         [say("map.building", language), *counted(counts["building"], language)])] if "building" in counts else []
    moving = [layer_mark(look, "vehicle", html.I(className="map-key-vehicle", **{"aria-hidden": "true"}),
                         [say("map.vehicle", language), *counted(counts["vehicle"], language)])] if "vehicle" in counts else []
    warned = [layer_mark(look, "warning", html.I(className="map-key-warning", **{"aria-hidden": "true"}),
                         [say("map.warning", language), *counted(counts["warning"], language)])] if "warning" in counts else []
    if look.view.mode != "flat":
        return [modes(look), *warned, *(houses if look.view.mode == "3d" else []), *mark]
    shapes: list[tuple[str, Component, str]] = [
        ("overdue", glyph("bad"), "case.overdue"),
        ("due_soon", glyph("watch"), "case.due_soon"),
        ("open", glyph("open"), "map.open"),
        ("alarm", glyph("alarm"), "map.alarm"),
        ("offline", glyph("dead"), "map.offline"),
        ("lot", html.I(className="map-key-lot", **{"aria-hidden": "true"}), "map.lot"),
    ]
    marks = [layer_mark(look, layer, shape, [say(name, language), *counted(counts.get(layer), language)])
             for layer, shape, name in shapes]
    hatch = html.Span([html.I(className="map-key-hatch", **{"aria-hidden": "true"}), word("state.no_data", language)])
    return [modes(look), *marks, *moving, *houses, *warned, *([hatch] if no_data else []), *mark]


def layer_mark(look: Look, layer: str, shape: Component, words: list[Any]) -> Component:
    """A layer's shape, which hides or shows it, and its name; by the state of cases everything can be filtered."""
    if layer not in LATENESS:
        return html.Button([shape, *words], type="button", className="map-key-mark", **{"data-layer": layer})
    hides = html.Button([shape, html.Span(words[0], className="unseen")], type="button", className="map-key-mark",
                        **{"data-layer": layer})
    return html.Span([hides, picking.pick(look, "state", layer, words)], className="map-key-state")


def modes(look: Look) -> html.Div:
    """The ways to draw the map, each an address of its own."""
    return html.Div(
        [html.A(look.say(f"map.mode.{mode}"), href=links.to_mode(look.view, mode), role="button",
                **{"aria-pressed": str(mode == look.view.mode).lower()}) for mode in MODES],
        className="map-modes", role="group", **{"aria-label": look.say("map.mode")})


def counted(count: int | None, language: Language) -> list[Component]:
    """A layer's number, briefly; nothing where it is not known."""
    return [] if count is None else [html.B("".join(formats.scaled(count, 0, language)))]


def warned_areas(look: Look, areas: Sequence[Drawn]) -> dict[str, Any]:
    """The areas of warnings as the map draws them: what each is, its colour, and what its tip says."""
    return {"type": "FeatureCollection", "features": [{
        "type": "Feature", "geometry": one.geometry, "properties": {
            "id": one.external_id, "tone": TONES.get(one.severity, "quiet"), "headline": one.headline[look.language],
            "line": " · ".join((look.say(f"severity.{one.severity}"), look.say("until", at=formats.moment(
                one.expires_at, look.now, look.zone, look.language))))}} for one in areas]}


def counts(standing: Mapping[str, int], lots: int | None) -> dict[str, int]:
    """How many a layer has, from what stands in the scope: stocks by key."""
    found = {} if lots is None else {"lot": lots}
    if "case_open" in standing:
        overdue, soon = standing["case_overdue"], standing["case_due_soon"]
        found |= {"overdue": overdue, "due_soon": soon, "open": max(standing["case_open"] - overdue - soon, 0)}
    if "device_enabled" in standing:
        found |= {"alarm": standing["device_alarm"], "offline": max(standing["device_enabled"] - standing["device_online"], 0)}
    return found


def word(name: str, language: Language) -> str:
    """A mark's name; a device's says that it is one."""
    text = say(name, language)
    if not name.startswith("device."):
        return text
    return f"{say('device', language)}{text}" if language == "zh" else f"{say('device', language)} {text.lower()}"


def map_state(look: Look, indicator: Indicator, ramp: Ramp, paint: Sequence[Child], labels: Sequence[Child],
              versions: Mapping[str, str], attention: Sequence[Attention] = (),
              selected: tuple[float, float] | None = None, heat: Ramp | None = None) -> dict[str, Any]:
    """Everything the map's script draws, and nothing that changes while the data does not.

    `paint` are the readings of the painted level, `labels` those that carry names; `versions` are the tiles'
    (`data_access.tiles.versions` and "region": `region_version`); `selected` is the place of the open drawer;
    `heat` are the classes of the open cases' density, where that is what is drawn.
    """
    city, region, language = look.city, look.region, look.language
    level = paint[0].region.level if paint else paint_level(city, region)
    return {
        "language": language,
        "mode": look.view.mode,
        "heat": None if heat is None else {"top": heat.breaks[0] * STEPS},
        "levels": len(city.levels),
        "home": city.root.bounds,
        "focus": {"id": region.region_id, "code": region.code, "level": region.level, "bounds": region.bounds,
                  "parts": [part.bounds for part in city.children(region) if part.bounds is not None],
                  "leaf": region.level == len(city.levels) - 1},
        "inside": None if region.parent_id is None else inside(city, region),
        "paint": {
            "level": level,
            "scale": ramp.kind,
            "classes": {str(child.region.region_id): colour(child.reading, ramp) for child in paint},
            "values": {str(child.region.region_id): written(child.reading, language) for child in paint},
            "heights": heights(paint, ramp) if look.view.mode == "3d" else {},
        },
        "labels": [
            {"id": child.region.region_id, "code": child.region.code, "level": child.region.level,
             "lon": child.region.label[0], "lat": child.region.label[1],
             "name": child.region.name[language], "value": written(child.reading, language),
             "stale": child.reading.status == "stale"}
            for child in labels if child.region.label is not None
        ],
        "tiles": {layer: mark for layer, mark in versions.items() if layer != "vehicle"}
                 | {"case": gathered_by(versions["case"], level)},
        "zooms": {**{f"region-{n}": region_zooms(city, n) for n in range(len(city.levels))}, **POINT_ZOOMS,
                  **({"building": BUILDING_ZOOMS} if "building" in versions else {}),
                  **({"vehicle": VEHICLE_ZOOMS} if "vehicle" in versions else {})},
        "hidden": list(HIDDEN_AT_FIRST),
        "selected": None if selected is None else {"lon": selected[0], "lat": selected[1]},
        "attention": [callout(look, number, item) for number, item in enumerate(attention[:CALLOUTS], start=1)
                      if place(city, item) is not None and not whole_scope(region, item)],
        "words": {**words(look), "measure": indicator.title[language]},
    }


def inside(city: City, region: Region) -> list[str]:
    """The codes of a region and of those below it that marks are gathered by: all but the finest."""
    below = [child for child in city.children(region) if child.level < len(city.levels) - 1]
    return [region.code, *(code for child in below for code in inside(city, child))]


def heights(paint: Sequence[Child], ramp: Ramp) -> dict[str, float]:
    """How high each region rises, from 0 to 1, in proportion to its value; none without a value, and below zero flat.

    Values far within the last class are cut off, as its colour does: one strange tract must not flatten all others.
    """
    values = {str(child.region.region_id): child.reading.value for child in paint if child.reading.status not in EMPTY}
    top = max((value for value in values.values() if value is not None), default=0.0)
    if ramp.breaks and ramp.breaks[-1] > 0:
        top = min(top, CUT_OFF * ramp.breaks[-1])
    if top <= 0:
        return {}
    return {key: round(min(max(value / top, 0.0), 1.0), 4) for key, value in values.items() if value is not None}


def colour(reading: Reading, ramp: Ramp) -> int:
    """A reading's colour on the ramp, or that it has none."""
    if reading.status in EMPTY:
        return EMPTY[reading.status]
    return NO_DATA if reading.value is None else ramp.colour(reading.value)


def written(reading: Reading, language: Language) -> str:
    """A reading's number without its unit; a dash when there is none, nothing where it does not apply."""
    if reading.status == "not_applicable":
        return ""
    if reading.value is None or reading.status in EMPTY:
        return formats.NONE
    figures, counted = formats.scaled(reading.value, reading.indicator.decimals, language)
    return f"{figures}{counted}"


def place(city: City, item: Attention) -> tuple[float, float] | None:
    """Where an item of the attention band is; None when it is nowhere in particular."""
    if item.lon is not None and item.lat is not None:
        return item.lon, item.lat
    return None if item.region_id is None or item.kind in ("warning", "indicator") else city.regions[item.region_id].label


def whole_scope(region: Region, item: Attention) -> bool:
    """Whether an item is about the whole region looked at: there is nothing on the map to point at."""
    return item.region_id == region.region_id and (item.lon is None or item.lat is None)


def callout(look: Look, number: int, item: Attention) -> dict[str, Any]:
    """An item of the attention band on the map: the band's number, what it is, and where."""
    where = place(look.city, item)
    assert where is not None
    region = "" if item.region_id is None else look.city.regions[item.region_id].name[look.language]
    if item.kind == "alarm" and item.alarm is not None:
        text, note, tone = formats.sensed(item.alarm.value, item.alarm.unit), item.alarm.kind[look.language], "watch"
    else:
        text, note, tone = look.say("map.overdue", n=formats.digits(item.count, 0)), "", "bad"
    exact = item.lon is not None and item.lat is not None
    said = [region, note] if exact else [note]   # a region's name stands on the map already
    return {"no": number, "lon": where[0], "lat": where[1], "exact": exact, "tone": tone, "text": text,
            "region": item.region_id, "note": " · ".join(part for part in said if part)}


def words(look: Look) -> dict[str, str]:
    """The words that the map's script needs, with {n} and {time} left open."""
    language = look.language
    return {
        "label": look.say("map.label", region=look.region.name[language]),
        "overdue": say("case.overdue", language), "due_soon": say("case.due_soon", language), "open": say("map.open", language),
        "alarm": word("device.alarm", language), "watch": word("device.watch", language),
        "offline": word("device.offline", language), "ok": word("device.ok", language),
        "lot": say("map.lot", language), "no_data": say("state.no_data", language),
        "gathered": say("map.gathered", language, n="{n}"), "density": say("map.density", language, n="{n}"),
        "late": say("map.late", language, time="{time}"),
        **{name: say(name, language, time="{time}", n="{n}") for name in (
            "vehicle", "vehicle.to", "vehicle.late", "vehicle.early", "vehicle.on_time", "vehicle.untimed", "vehicle.ago",
            "vehicle.several")},
        "unavailable": say("map.unavailable", language), "no_webgl": say("map.no_webgl", language),
    }
