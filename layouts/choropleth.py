"""A light map: the regions of a level in the classes of an indicator, each a way to its own page."""

from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from data_access.readings import ChildReading
from data_access.shapes import Shapes
from indicators.definition import Indicator
from layouts import figures, formats, palette, states
from layouts.look import Look
from layouts.ramp import Ramp, ramp
from layouts.stage import scale

KNOWN = ("ok", "stale")
TARGET_COLOURS = ("div-1", "div-2", "div-3", "div-0", "div-4", "div-5", "div-6")
NONE = "var(--land-none)"
EDGE = {"color": palette.GROUND, "width": 1.2}
MISSING = {"color": palette.INK_SOFT, "width": 0.8}
FEW = 8              # so many regions are called by their whole names, with their values
NUMBERS = 24         # so many by what is left of their names beneath the name of the region above
SHORT, LONG = 3, 14  # letters of such a rest, and of a whole name
LINE = 9             # half the distance between a name and its value


def choropleth(look: Look, shapes: Shapes, parts: Sequence[ChildReading], address: Callable[[str], str]) -> list[Any]:
    """Draw the map with its key; `address` gives the page of a region by its code."""
    drawn = [part for part in parts if part.region.region_id in shapes.outlines]
    if not drawn:
        return [html.P(look.say("choropleth.none"), className="t3")]
    indicator = drawn[0].reading.indicator
    values = [part.reading.value for part in drawn if known(part)]
    classes = ramp(indicator, [value for value in values if value is not None])
    return [figures.graph(figure(look, shapes, drawn, classes, address), aloud(look, drawn)),
            html.Div(key(look, indicator, drawn, classes), className="map-classes")]


def known(part: ChildReading) -> bool:
    """Whether a region has a value to paint."""
    return part.reading.value is not None and part.reading.status in KNOWN


def figure(look: Look, shapes: Shapes, parts: Sequence[ChildReading], classes: Ramp,
           address: Callable[[str], str]) -> figures.Figure:
    """The map as a figure: outlines as shapes; where each leads and what it says as the figure's `meta`."""
    return {
        "data": [],
        "layout": figures.layout(
            int(shapes.width), round(shapes.height) + 4,
            xaxis={"range": [0, shapes.width]}, yaxis={"range": [shapes.height + 2, -2]},
            shapes=[{"type": "path", "path": shapes.outlines[part.region.region_id].path, **painted(part, classes)}
                    for part in parts],
            annotations=[note for part in parts for note in notes(look, part, shapes.outlines[part.region.region_id].label,
                                                                  len(parts))],
            meta={"links": [address(part.region.code) for part in parts], "titles": [said(look, part) for part in parts]}),
    }


def notes(look: Look, part: ChildReading, place: tuple[float, float], count: int) -> list[figures.Figure]:
    """What stands on a region: its name over its value where there are few, its number within the region above where there
    are some; nothing where it would not fit."""
    name = look.read(part.region.name)
    rest = name.removeprefix(look.read(look.region.name)).strip()
    if count <= FEW and len(name) <= LONG:
        value = formats.quantity(part.reading.value, part.reading.indicator, look.language).digits if known(part) else ""
        lines = [name, value] if value else [name]
    elif count <= NUMBERS and len(rest) <= SHORT:
        lines = [rest]
    else:
        return []
    return [{"x": place[0], "y": place[1], "xanchor": "center", "yanchor": "middle", "showarrow": False, "text": text,
             "yshift": LINE * (len(lines) - 1 - 2 * at), "font": {"color": palette.TEXT_1}} for at, text in enumerate(lines)]


def painted(part: ChildReading, classes: Ramp) -> dict[str, Any]:
    """A region's colour, and its edge: one without data stands out by its edge alone."""
    if known(part):
        colour = classes.colour(part.reading.value or 0.0)
        token = TARGET_COLOURS[colour - 1] if classes.kind == "target" else f"seq-{colour}"
        return {"fillcolor": f"var(--{token})", "line": EDGE}
    if part.reading.status == "not_applicable":
        return {"fillcolor": NONE, "line": EDGE}
    return {"fillcolor": palette.GROUND, "line": MISSING}


def said(look: Look, part: ChildReading) -> str:
    """What a region says when it is pointed at."""
    told = (str(formats.quantity(part.reading.value, part.reading.indicator, look.language)) if known(part)
            else states.reading_word(part.reading, look.language))
    return f"{look.read(part.region.name)} · {told}"


def key(look: Look, indicator: Indicator, parts: Sequence[ChildReading], classes: Ramp) -> list[Any]:
    """The classes with their breaks, and what is without a class."""
    rest = [(name, sum(1 for part in parts if not known(part) and (part.reading.status == "not_applicable") == (name == "off")))
            for name in ("off", "missing")]
    words = {"off": "state.not_applicable", "missing": "state.no_data"}
    return [scale(indicator, classes, look.language),
            *(html.Span([html.I(className=f"swatch {name}"), f"{look.say(words[name])} {count}"], className="t3")
              for name, count in rest if count)]


def aloud(look: Look, parts: Sequence[ChildReading]) -> str:
    """The map in words: what it shows, of how many regions, and its ends."""
    indicator, level = parts[0].reading.indicator, look.city.levels[parts[0].region.level].name
    found = sorted((part for part in parts if known(part)), key=lambda part: part.reading.value or 0.0)
    ends = look.say("list.comma").join(said(look, part) for part in dict.fromkeys((*found[:1], *found[-1:])))
    return look.say("choropleth.aloud", title=look.read(indicator.title), n=len(parts),
                    level=formats.many(level, len(parts), look.language), ends=ends)
