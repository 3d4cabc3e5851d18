"""Charts as plain dicts in Plotly's grammar, drawn in design units; the style sheet scales them to the screen.

What all charts share is not here: assets/charts.js draws the still ones, assets/plots.js hands the lively ones to Plotly.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from dash import dcc, html

from indicators.reading import TargetState
from layouts import palette

Figure = dict[str, Any]
WIDE = 392           # a panel's width in units
HIGH = 88
ROOM = 5             # units kept free left and right for the last point
STILL = {"staticPlot": True}
LIVELY = {"displaylogo": False, "modeBarButtons": [["zoom2d", "resetScale2d", "toImage"]]}
SIGNIFICANT = 5
LEAST_SPAN = 0.1     # of a value: a device that swings less is nearly still
FIGURE = 56          # a dot plot's right margin; its left one holds the longest name, up to so many units, and a gap
NAME, GAP = 154, 4
LARGEST = 1.18       # how much larger than here the style sheet sets letters on the smallest screens
WIDE_LETTER, LETTER = 14.0, 7.5   # at the charts' size: a Chinese character, and any other at most, nearly always


def graph(figure: Figure, name: str, *, responsive: bool = False) -> html.Div:
    """Set a figure on the page; `name` says what it shows to those who cannot see it. What is spoken can be pointed at.

    It is scaled to its box as it is; a responsive one is drawn as wide as its box, its letters as large as any. What holds
    links or can be pointed at is no picture but a group.
    """
    width, height = figure["layout"]["width"], figure["layout"]["height"]
    lively = any("text" in trace for trace in figure["data"])
    plot = dcc.Graph(figure=figure, config=LIVELY if lively else STILL, responsive=responsive, className="plot",
                     style={"width": "100%" if responsive else f"{width}px", "height": f"{height}px"})
    return html.Div(plot, className="fit free" if responsive else "fit",
                    role="group" if lively or figure["layout"].get("meta") else "img",
                    style={} if responsive else {"aspectRatio": f"{width}/{height}"}, **{"aria-label": name})


def spoken(figure: Figure, words: Sequence[str]) -> Figure:
    """The figure with what each value of its first trace says when it is pointed at; as it is where they do not match."""
    course, *rest = figure["data"]
    if len(words) != len(course["y"]):
        return figure
    return {**figure, "data": [{**course, "text": list(words), "hoverinfo": "text"}, *rest]}


def rounded(value: float | None) -> float | None:
    """A value with as many figures as a line of this size can show."""
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}")


def layout(width: int, height: int, **more: Any) -> Figure:
    """The part of a layout that differs from chart to chart."""
    return {"width": width, "height": height, **more}


def spread(values: Sequence[float | None], also: Sequence[float | None] = (), *, floor: bool = False) -> list[float]:
    """The range of the value axis: all values and thresholds, with a little air; from zero with `floor`."""
    known = [value for value in (*values, *also) if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if floor:
        low = min(low, 0.0)
    air = (high - low) * 0.12 or abs(high) * 0.5 or 1.0
    return [rounded(low if floor and low == 0 else low - air) or 0.0, rounded(high + air) or 0.0]


def line(values: Sequence[float | None], *, state: TargetState | None = None, target: float | None = None,
         target_label: str = "", stale: bool = False, width: int = WIDE, height: int = HIGH) -> Figure:
    """A course through time: gaps stay gaps, its last point wears the state's colour, the target is dotted.

    A stale course stops at its last value and goes on as a dashed tail.
    """
    shown = [rounded(value) for value in values]
    last = last_known(shown)
    traces: list[Figure] = [{"type": "scatter", "mode": "lines", "y": shown,
                             "line": {"color": palette.INK, "width": 2.2}}]
    if None in shown:  # a value between two gaps has no line to either side: it is seen as a point
        traces[0] |= {"mode": "lines+markers", "marker": {"size": 4, "color": palette.INK}}
    tail = max(len(shown) - 1, 1) * 0.18 if stale else 0.0
    if last is not None:
        color = palette.STALE if stale else palette.STATES[state] if state else palette.TEXT_1
        traces.append(dot(last, shown[last], color))
        if stale:
            traces.append({"type": "scatter", "mode": "lines", "x": [last, last + tail], "y": [shown[last]] * 2,
                           "line": {"color": palette.STALE, "width": 2, "dash": "3px,5px"}})
    end = max(len(shown) - 1, 1) + tail
    unit = end / (width - 2 * ROOM)
    reach = spread(shown, [target])
    return {"data": traces, "layout": layout(
        width, height,
        xaxis={"range": [rounded(-ROOM * unit), rounded(end + ROOM * unit)]},
        yaxis={"range": reach},
        **guide(target, target_label, reach, shown),
    )}


def last_known(values: Sequence[float | None]) -> int | None:
    """Where the last value stands; None when there is none."""
    return next((at for at in range(len(values) - 1, -1, -1) if values[at] is not None), None)


def dot(x: float, y: float | None, color: str) -> Figure:
    """One point, parted from its line by a rim of ground."""
    return {"type": "scatter", "mode": "markers", "x": [x], "y": [y],
            "marker": {"size": 9, "color": color, "line": {"color": palette.GROUND, "width": 2}}}


def guide(value: float | None, label: str, within: Sequence[float], values: Sequence[float | None]) -> Figure:
    """A dotted line across the chart at a threshold, with its name where the course leaves room for it."""
    if value is None:
        return {}
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
             "line": {"color": palette.INK, "width": 1, "dash": "2px,5px"}}
    anchor = "top" if value > (within[0] + within[1]) / 2 else "bottom"
    right = clearance(values[-len(values) // 3:], value) >= clearance(values[:len(values) // 3], value)
    note = {"xref": "paper", "x": int(right), "y": value, "text": label, "yanchor": anchor,
            "xanchor": "right" if right else "left"}
    return {"shapes": [shape], "annotations": [note] if label else []}


def clearance(values: Sequence[float | None], level: float) -> float:
    """How far a stretch of a course keeps from a level."""
    return min((abs(value - level) for value in values if value is not None), default=float("inf"))


def bars(values: Sequence[float | None], *, running: bool = False, width: int = WIDE, height: int = HIGH) -> Figure:
    """Amounts through time, from zero; the bucket that still runs is drawn paler."""
    shown = [rounded(value) for value in values]
    colors = [palette.INK] * len(shown)
    if running and colors:
        colors[-1] = palette.INK_SOFT
    return {
        "data": [{"type": "bar", "y": shown, "marker": {"color": palette.INK if not running else colors}}],
        "layout": layout(width, height, yaxis={"range": spread(shown, floor=True)}, shapes=[baseline()]),
    }


def baseline() -> Figure:
    """The zero line."""
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
            "line": {"color": palette.INK_SOFT, "width": 1}}


def nothing_happened(width: int = WIDE, height: int = HIGH) -> Figure:
    """A course that was zero all along: a solid base line, as zero is a number."""
    return {
        "data": [{"type": "scatter", "mode": "lines", "y": [0, 0], "line": {"color": palette.INK, "width": 2}}],
        "layout": layout(width, height, yaxis={"range": [-0.25, 1]}),
    }


def silence(width: int = WIDE, height: int = HIGH) -> Figure:
    """A source that is lost: a dashed line that says nothing."""
    return {
        "data": [{"type": "scatter", "mode": "lines", "y": [0, 0],
                  "line": {"color": palette.STALE, "width": 2, "dash": "3px,5px"}}],
        "layout": layout(width, height, yaxis={"range": [-1, 1]}),
    }


def dots(names: Sequence[str], values: Sequence[float], labels: Sequence[str], states: Sequence[TargetState | None],
         target: float | None, width: int = WIDE, row: int = 19) -> Figure:
    """Regions compared near a target: one dot each on a hairline, never a truncated bar; the names end before the hairlines."""
    rows = list(range(len(names) - 1, -1, -1))
    names = [fitted(name, NAME) for name in names]
    left = ceil(max(map(breadth, names), default=0) * LARGEST) + GAP
    colors = [palette.BAD if state == "bad" else palette.WATCH if state == "watch" else palette.INK for state in states]
    return {
        "data": [{"type": "scatter", "mode": "markers", "x": [rounded(value) for value in values], "y": rows,
                  "marker": {"size": 10, "color": colors}}],
        "layout": layout(
            width, row * len(names),
            margin={"l": left, "r": FIGURE, "t": 0, "b": 0},
            xaxis={"range": spread(values, [target])},
            yaxis={"visible": True, "showticklabels": False, "showgrid": True, "tickvals": rows,
                   "range": [-0.5, len(names) - 0.5]},
            annotations=[*(beside(0, -left, "left", y, name, palette.TEXT_2) for y, name in zip(rows, names, strict=True)),
                         *(beside(1, FIGURE, "right", y, label, palette.TEXT_1) for y, label in zip(rows, labels, strict=True))],
            shapes=[] if target is None else [upright(target)],
        ),
    }


def breadth(text: str) -> float:
    """About how many units a text is wide, rather more than less."""
    return sum(WIDE_LETTER if east_asian_width(letter) in "WFA" else LETTER for letter in text)


def fitted(name: str, room: int) -> str:
    """A name cut to what has room."""
    if breadth(name) <= room:
        return name
    most = next(length for length in range(len(name), -1, -1) if breadth(name[:length].rstrip()) + WIDE_LETTER <= room)
    return f"{name[:most].rstrip()}…"


def beside(x: float, shift: int, anchor: str, y: int, text: str, color: str) -> Figure:
    """A text in the margin of a row."""
    return {"xref": "paper", "x": x, "xshift": shift, "xanchor": anchor, "y": y, "text": text, "font": {"color": color}}


def upright(value: float) -> Figure:
    """The target of a dot plot: a dotted upright."""
    return {"type": "line", "yref": "paper", "x0": value, "x1": value, "y0": 0, "y1": 1,
            "line": {"color": palette.INK, "width": 1, "dash": "2px,5px"}}


def course(seconds: Sequence[float], values: Sequence[float], *, watch: float | None, alarm: float | None,
           watch_label: str, alarm_label: str, state: TargetState | None, width: int, height: int) -> Figure:
    """What a device said, at the instants it said it, with its thresholds while they are in sight."""
    shown = [rounded(value) for value in values]
    low, high = seen_whole(spread(shown))
    reach = (high - low) * 1.5
    seen = [(limit, label) for limit, label in ((watch, watch_label), (alarm, alarm_label))
            if limit is not None and low - reach <= limit <= high + reach]
    span = seen_whole(spread(shown, [limit for limit, _ in seen]))
    guides = [guide(limit, label, span, shown) for limit, label in seen]
    traces: list[Figure] = [{"type": "scatter", "mode": "lines", "x": list(seconds), "y": shown,
                             "line": {"color": palette.INK, "width": 2.2}}]
    if shown:
        traces.append(dot(seconds[-1], shown[-1], palette.STATES[state] if state else palette.TEXT_1))
    return {"data": traces, "layout": layout(
        width, height, yaxis={"range": span},
        xaxis={"range": reach_of(seconds, width)},
        shapes=[shape for one in guides for shape in one["shapes"]],
        annotations=[note for one in guides for note in one["annotations"]],
    )}


def seen_whole(span: list[float]) -> list[float]:
    """A range that is no less than a tenth of what it lies around: a device's last digit must not look like a fall."""
    low, high = span
    lacking = LEAST_SPAN * max(abs(low), abs(high)) - (high - low)
    return span if lacking <= 0 else [rounded(low - lacking / 2) or 0.0, rounded(high + lacking / 2) or 0.0]


def reach_of(seconds: Sequence[float], width: int) -> list[float]:
    """The time axis of a course, with room for its last point."""
    start, end = (seconds[0], seconds[-1]) if seconds else (0.0, 1.0)
    room = ((end - start) or 1.0) * ROOM / width
    return [start - room, end + room]
