"""How rows arrived: small bars cut out of one element for a table's cell, and a chart that can be pointed at."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from data_access.batches import Arrivals
from layouts import figures, formats, palette
from layouts.look import Look

WIDTH = 0.78     # of a bar in its place
LEAST = 4.0      # per cent of the height: what came at all is seen
CHART_WIDE, CHART_HIGH = 560, 76   # units; assets/page.css scales by the width


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


def chart(look: Look, came: Arrivals) -> html.Div:
    """Rows in each span, the rejected ones on top; each span says its rows when it is pointed at."""
    most = [taken + rejected for taken, rejected in zip(came.taken, came.rejected, strict=True)]
    figure = {
        "data": [{"type": "bar", "y": list(came.taken), "marker": {"color": palette.INK}},
                 {"type": "bar", "y": list(came.rejected), "marker": {"color": palette.BAD}}],
        "layout": figures.layout(CHART_WIDE, CHART_HIGH, barmode="stack", yaxis={"range": figures.spread(most, floor=True)},
                                 shapes=[figures.baseline()]),
    }
    return figures.graph(figures.spoken(figure, words(look, came)), aloud(look, came))


def words(look: Look, came: Arrivals) -> list[str]:
    """What each span says for itself: when, and how many rows."""
    return [look.say("arrivals.span", at=formats.bucket(came.start + at * came.step, look.zone, came.step, look.language),
                     taken=formats.digits(taken, 0), rejected=formats.digits(rejected, 0))
            for at, (taken, rejected) in enumerate(zip(came.taken, came.rejected, strict=True))]


def ends(look: Look, came: Arrivals) -> html.Div:
    """Where the bars begin and end."""
    return html.Div([html.Span(name(look, came)), html.Span(look.say("now"))], className="ends")


def name(look: Look, came: Arrivals) -> str:
    """The first span's name."""
    if came.step >= timedelta(days=1):
        return formats.day(came.start, look.zone, look.language)
    return formats.moment(came.start, look.now, look.zone, look.language)
