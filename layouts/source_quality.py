"""A source's quality by the dimensions of GB/T 36344: six marks in a list, each with its course on the source's own page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html

from indicators.quality import QUALITY
from indicators.reading import Reading
from indicators.text import Text
from layouts import formats, links, states
from layouts.look import Look
from layouts.page import part
from layouts.panel import WITHOUT_VALUE, judgement, value
from layouts.trend import drawn

Readings = Mapping[str, Reading]   # by the indicators' keys

SIX = ("quality_completeness", "quality_accuracy", "quality_consistency", "quality_timeliness", "quality_uniqueness",
       "quality_accessibility")
SHARES = tuple(one.key for one in QUALITY if one.unit == "percent")
FINDINGS = "quality_findings"
DATA = Text("数据", "Data ")       # what the titles begin with, where nothing but data is spoken of
WORST = ("bad", "watch", "good", None)
HEIGHT = 64


def marks(look: Look, found: Readings) -> list[Any]:
    """Six marks in the dimensions' order, and the worst of them by name; a dash where nothing is known."""
    read = [found[key] for key in SIX if key in found]
    if not any(one.status == "ok" for one in read):
        return [html.Span(formats.NONE, className="t3")]
    strip = html.Span([mark(one) for one in read], className="strip", role="img", title=aloud(look, read),
                      **{"aria-label": aloud(look, read)})
    worst = min(read, key=badness)
    told = [] if worst.target_state in ("good", None) else [
        html.Small(f"{name(look, worst)} {formats.quantity(worst.value, worst.indicator, look.language)}", className="t2")]
    return [strip, *told]


def mark(one: Reading) -> html.I:
    """The shape of a dimension's state; hollow where there is nothing to judge."""
    shape = states.reading_glyph(one)
    return states.glyph("open", "quiet") if shape is None else shape


def name(look: Look, one: Reading) -> str:
    """A dimension's name."""
    title = look.read(one.indicator.title).removeprefix(look.read(DATA))
    return title[:1].upper() + title[1:]


def aloud(look: Look, read: list[Reading]) -> str:
    """The six in words: name, value, state."""
    return look.say("list.comma").join(
        f"{name(look, one)} {'' if one.status in WITHOUT_VALUE else formats.quantity(one.value, one.indicator, look.language)} "
        f"{states.reading_word(one, look.language)}" for one in read)


def badness(one: Reading) -> tuple[int, float]:
    """How far down a reading stands: by its state, then by its value."""
    return WORST.index(one.target_state), one.value if one.value is not None else float("inf")


def worst(found: Readings) -> tuple[int, int, float]:
    """How far down a source stands: by the number of dimensions off target, of those to watch, and by its worst value."""
    read = [found[key] for key in SIX if key in found]
    values = [one.value for one in read if one.value is not None]
    return (-sum(one.target_state == "bad" for one in read), -sum(one.target_state == "watch" for one in read),
            min(values, default=float("inf")))


def findings(found: Readings) -> int:
    """How many findings go on."""
    one = found.get(FINDINGS)
    return 0 if one is None or one.value is None else int(one.value)


def section(look: Look, found: Readings) -> list[Any]:
    """Every dimension in full, those without a value too; nothing of a source that was never heard."""
    read = [found[key] for key in SHARES if key in found]
    if all(one.status == "no_data" for one in read):
        return []
    return part(look.say("quality.title"), [html.Ul([html.Li(tile(look, one)) for one in read], className="qualities")],
                [html.Span(look.say(f"window.{look.view.scope.window}"), className="t3"),
                 html.Span(look.say("quality.standard"), className="t3")])


def tile(look: Look, one: Reading) -> list[Any]:
    """One dimension: name, value, target and state, course; its name leads to the same indicator of the city."""
    there = links.to_indicator(replace(look.view, page=None), one.indicator.key)
    return [html.H3(links.link(name(look, one), there), title=look.read(one.indicator.definition)),
            html.Div([*value(look, one), html.Div(judgement(look, one), className="m")], className="hero"),
            html.Div(drawn(look, one, HEIGHT, lively=True), className="chart")]
