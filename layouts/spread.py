"""How an indicator's values are spread over regions, and how they go together with another's."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.relations import FEWEST, Distribution, Place, Relation
from indicators.definition import DIMENSIONS, Indicator
from indicators.library import INDICATORS, of
from indicators.reading import Reading
from layouts import axes, figures, formats, links, palette
from layouts.look import Look
from layouts.page import part

HIGH = 260
MARGIN = {"l": 52, "r": 12, "t": 10, "b": 44}
LOW_BOTTOM = 28


def both(look: Look, left: Sequence[Any], right: Sequence[Any], choose: Any) -> list[Any]:
    """The distribution and the relation side by side, each a part with its own heading."""
    return [html.Div([
        html.Section(part(look.say("spread.title"), left)),
        html.Section(part(look.say("spread.relation"), right, [choose])),
    ], className="pair even")]


# distribution

def distribution(look: Look, indicator: Indicator, found: Distribution | None, own: Reading) -> list[Any]:
    """A histogram of the regions' values with the median, and where the region looked at stands."""
    if found is None:
        return [html.P(look.say("spread.none"), className="t3")]
    level = formats.many(look.city.levels[found.level].name, found.n, look.language)
    numbers = look.say("spread.numbers", n=found.n, level=level, minimum=told(look, indicator, found.minimum),
                       q1=told(look, indicator, found.q1), median=told(look, indicator, found.median),
                       q3=told(look, indicator, found.q3), maximum=told(look, indicator, found.maximum))
    name = f"{look.read(indicator.title)}: {numbers}"
    return [figures.graph(histogram(look, indicator, found, own), name, responsive=True), html.P(numbers, className="key t2")]


def told(look: Look, indicator: Indicator, value: float) -> str:
    """A value with its unit."""
    return str(formats.quantity(value, indicator, look.language))


def histogram(look: Look, indicator: Indicator, found: Distribution, own: Reading) -> figures.Figure:
    """Bars over the values; the median and the region's own value are uprights."""
    low, high = found.bins[0][0], found.bins[-1][1]
    if low == high:
        low, high = low - 0.5, high + 0.5
    most = max(count for _, _, count in found.bins)
    marks = axes.round_numbers(low, high, 5)
    room = (high - low) * 0.02
    counts = [mark for mark in axes.round_numbers(0, most, 4) if mark.is_integer()]
    known = own.value is not None and own.status in ("ok", "stale") and comparable(indicator)
    uprights = [(found.median, look.say("spread.median"), palette.INK_SOFT, "5px,4px")]
    if known and own.value is not None:
        uprights.append((own.value, look.read(look.region.name), palette.TEXT_1, "1px,0px"))
    seen = [one for one in uprights if low - room <= one[0] <= high + room]
    return {
        "data": [],
        "layout": figures.layout(
            480, HIGH, margin=MARGIN | {"t": 40, "b": LOW_BOTTOM, "l": 36},
            xaxis={"visible": True, "showgrid": False, "range": [low - room, high + room], "tickvals": marks,
                   "ticktext": axes.written(look, indicator, marks)},
            yaxis={"visible": True, "showgrid": True, "range": [0, most * 1.05], "tickvals": counts,
                   "ticktext": [formats.digits(count, 0) for count in counts]},
            shapes=[*(column(one, low, high) for one in found.bins if one[2]),
                    *({"type": "line", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1.02,
                       "line": {"color": color, "width": 1.6, "dash": dash}} for value, _, color, dash in seen)],
            annotations=[{"yref": "paper", "x": value, "y": 1, "yanchor": "bottom", "text": text, "font": {"color": color},
                          "xanchor": "right" if value > (low + high) / 2 else "left", "yshift": 18 * number}
                         for number, (value, text, color, _) in enumerate(seen)],
        ),
    }


def comparable(indicator: Indicator) -> bool:
    """Whether a region's own value can stand among those of the regions within it: a sum cannot."""
    return hasattr(indicator.measure, "base") or hasattr(indicator.measure, "q")


def column(one: tuple[float, float, int], low: float, high: float) -> figures.Figure:
    """One bin as a bar with a little air to both sides."""
    start, end, count = one
    if start == end:
        start, end = low, high
    air = (high - low) * 0.004
    return {"type": "rect", "x0": start + air, "x1": end - air, "y0": 0, "y1": count, "layer": "below",
            "fillcolor": palette.INK, "line": {"color": palette.INK, "width": 0}}


# relation

def relation(look: Look, one: Indicator, other: Indicator, found: Relation) -> list[Any]:
    """Both indicators of the same regions in a plane, with coefficients, their n, and what they do not say."""
    if not found.places:
        return [html.P(look.say("spread.none"), className="t3")]
    return [figures.graph(scatter(look, one, other, found.places), aloud(look, one, other, found), responsive=True),
            html.P(strength(look, found), className="key"), html.P(look.say("spread.cause"), className="caution")]


def scatter(look: Look, one: Indicator, other: Indicator, places: Sequence[Place]) -> figures.Figure:
    """One point a region: across the page's indicator, upward the other; each can be pointed at."""
    xs, ys = [place.x.value or 0.0 for place in places], [place.y.value or 0.0 for place in places]
    across, up = figures.spread(xs), figures.spread(ys)
    marks = axes.round_numbers(across[0], across[1], 5)
    return {
        "data": [{"type": "scatter", "mode": "markers", "x": [figures.rounded(x) for x in xs],
                  "y": [figures.rounded(y) for y in ys], "text": [said(look, place) for place in places], "hoverinfo": "text",
                  "marker": {"size": 9, "color": palette.INK, "line": {"color": palette.GROUND, "width": 1}}}],
        "layout": figures.layout(
            480, HIGH, margin=MARGIN | {"t": 36}, hovermode="closest",
            xaxis={"visible": True, "showgrid": False, "range": across, "tickvals": marks,
                   "ticktext": axes.written(look, one, marks)},
            yaxis=axes.upward(look, other, up, 4),
            annotations=[{"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "top", "yshift": -20,
                          "text": f"{look.read(one.title)} →", "font": {"color": palette.TEXT_2}},
                         {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom",
                          "xshift": -MARGIN["l"], "yshift": 8, "text": f"↑ {look.read(other.title)}",
                          "font": {"color": palette.TEXT_2}}],
        ),
    }


def said(look: Look, place: Place) -> str:
    """What a point says: the region and both values."""
    values = " · ".join(str(formats.quantity(side.value, side.indicator, look.language)) for side in (place.x, place.y))
    return f"{look.read(place.region.name)} · {values}"


def strength(look: Look, found: Relation) -> str:
    """Both coefficients with the number of regions; or why there are none."""
    n = len(found.places)
    level = formats.many(look.city.levels[found.level].name, n, look.language)
    left = look.say("spread.left_out", n=found.left_out) if found.left_out else ""
    if found.pearson is None or found.spearman is None:
        return look.say("spread.too_few", n=n, level=level, least=FEWEST) + left
    return look.say("spread.strength", n=n, level=level, pearson=signed(found.pearson), spearman=signed(found.spearman)) + left


def signed(value: float) -> str:
    """A coefficient with its sign."""
    return f"{'+' if value > 0 else ''}{formats.digits(value, 2)}"


def aloud(look: Look, one: Indicator, other: Indicator, found: Relation) -> str:
    """The plane in words."""
    return f"{look.read(one.title)} × {look.read(other.title)}: {strength(look, found)}"


def choice(look: Look, one: Indicator, other: Indicator) -> html.Details:
    """The indicators to set beside it, by dimension, each an address."""
    groups = [html.Div([html.H4(look.say(f"dimension.{dimension}")), html.Ul([html.Li(offered(look, one, other, found))
              for found in of(dimension) if found.key != one.key])]) for dimension in DIMENSIONS]
    return html.Details([html.Summary([look.say("spread.with"), " ", html.B(look.read(other.title))]),
                         html.Div(groups, className="offer")], className="choose", **{"data-menu": ""})


def offered(look: Look, one: Indicator, other: Indicator, found: Indicator) -> Any:
    """One of them; the one that is chosen is no link."""
    name = look.read(found.title)
    if found.key == other.key:
        return html.B(name, **{"aria-current": "true"})
    return links.link(name, links.to_indicator_page(look.view, one.key, beside=found.key))


def usual(indicator: Indicator) -> Indicator:
    """What an indicator is set beside unless asked: how densely people live, or for that how old they are."""
    return INDICATORS["people_elderly" if indicator.key == "people_density" else "people_density"]
