"""What stands in place of the map where nobody has drawn the regions: one tile each, in the map's colours."""

from collections.abc import Sequence
from typing import Any

from dash import html

from layouts import formats, links
from layouts.look import Look
from layouts.ramp import Ramp
from layouts.stage import Child, colour


def board(look: Look, parts: Sequence[Child], ramp: Ramp) -> list[Any]:
    """One tile a region, by code: its name, its value and its class; each leads to its region."""
    style = "seq" if ramp.kind == "sequence" else "div"
    return [html.P(look.say("map.no_shapes"), className="board-note"),
            html.Ul([html.Li(tile(look, part, style, ramp), className="board-tile") for part in parts])]


def tile(look: Look, part: Child, style: str, ramp: Ramp) -> Any:
    """One region."""
    region, reading = part.region, part.reading
    painted = colour(reading, ramp)
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    value = [html.B(shown.digits), html.Small(shown.unit)] if reading.value is not None else look.say("state.no_data")
    return links.link(
        [html.I(className=f"ramp-{style}-{painted}" if painted > 0 else "map-key-hatch", **{"aria-hidden": "true"}),
         html.Span(look.read(region.name)), html.Span(value, className="board-value")],
        links.to_region(look.view, region.code),
        className="here" if region.region_id == look.region.region_id else None)
