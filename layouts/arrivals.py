"""How rows arrived: bars cut out of one element, so that a page of tables needs no charts of its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from data_access.batches import Arrivals
from layouts import formats
from layouts.look import Look

WIDTH = 0.78     # of a bar in its place
LEAST = 4.0      # per cent of the height: what came at all is seen


def bars(look: Look, came: Arrivals) -> Any:
    """Rows in each span, the rejected ones on top; a dash where nothing came."""
    whole = [taken + rejected for taken, rejected in zip(came.taken, came.rejected, strict=True)]
    most = max(whole, default=0)
    if not most:
        return html.Span(formats.NONE, className="t3")
    taken = [height(count, most) for count in came.taken]
    rejected = [height(count, most) for count in came.rejected]
    layers = [html.I(className="taken", style={"clipPath": outline([(0.0, top) for top in taken])})]
    if any(rejected):
        layers.append(html.I(className="refused", style={"clipPath": outline(
            [(min(bottom, 100 - top), min(bottom, 100 - top) + top) for bottom, top in zip(taken, rejected, strict=True)])}))
    return html.Span(layers, className="spark", role="img", **{"aria-label": aloud(look, came)})


def height(count: int, most: int) -> float:
    """A bar's height in per cent."""
    return 0.0 if count == 0 else max(100 * count / most, LEAST)


def outline(spans: Sequence[tuple[float, float]]) -> str:
    """The outline of bars from one height to another, all joined along their foot."""
    each = 100 / len(spans)
    points: list[str] = []
    for at, (low, high) in enumerate(spans):
        if high > low:
            left, right = at * each, (at + WIDTH) * each
            corners = ((left, 0.0), (left, high), (right, high), (right, low), (left, low), (left, 0.0))
            points += [f"{x:.4g}% {100 - y:.4g}%" for x, y in corners]
    return f"polygon({', '.join(points)})"


def aloud(look: Look, came: Arrivals) -> str:
    """The bars in words."""
    return look.say("arrivals.aloud", taken=formats.digits(sum(came.taken), 0), rejected=formats.digits(sum(came.rejected), 0),
                    time=formats.span(came.step * len(came.taken), look.language))


def ends(look: Look, came: Arrivals) -> html.Div:
    """Where the bars begin and end."""
    return html.Div([html.Span(name(look, came)), html.Span(look.say("now"))], className="ends")


def name(look: Look, came: Arrivals) -> str:
    """The first span's name."""
    if came.step >= timedelta(days=1):
        return formats.day(came.start, look.zone, look.language)
    return formats.moment(came.start, look.now, look.zone, look.language)
