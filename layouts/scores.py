"""A composite score, open to inspection: band and points, and how each indicator makes them."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.organizations import Score, ScorePart
from indicators.scoring import Scoring, Weighed
from layouts import formats, links
from layouts.look import Look
from layouts.page import Column, table

BANDS = ("A", "B", "C", "D", "E")


def badge(look: Look, score: Score) -> html.Span:
    """The band's letter with the points; a dash where there is no score."""
    if score.composite is None or score.band is None:
        return html.Span([html.B(formats.NONE, className="grade none"), html.Small(
            "" if score.why is None else look.read(score.why), className="t3")], className="score")
    return html.Span([html.B(score.band, className="grade"), html.Span(formats.digits(score.composite, 1), className="num")],
                     className="score", title=look.say("score.of", points=formats.digits(score.composite, 1)))


def reckoning(look: Look, score: Score, held: Scoring) -> list[Any]:
    """How the score comes about: value, points, weight, share, and their sum."""
    known = sum(part.weight for part in score.parts if part.points is not None)
    rows = [line(look, part, held.parts[part.indicator.key], known) for part in score.parts]
    total = "" if score.composite is None else html.B(formats.digits(score.composite, 1))
    band = "" if score.band is None else html.B(look.say("score.band", band=score.band))
    end = [html.B(look.say("score.sum")), "", "", "", html.B(formats.digits(known, 0)), total, band]
    return [table(columns(look), [*rows, end], look.say("score.title"), "score-grid"), *notes(look, score, held)]


def columns(look: Look) -> list[Column]:
    """The table's columns."""
    keys = ("indicator", "value", "n", "points", "weight", "gives", "bar")
    return [Column(look.say(f"score.{key}"), "text" if key in ("indicator", "bar") else "number", look.say(f"score.{key}"),
                   name=key) for key in keys]


def line(look: Look, part: ScorePart, weighed: Weighed, known: float) -> list[Any]:
    """One indicator: between which values its points run, its value, its points, and what it gives to the sum."""
    indicator = part.indicator
    ends = look.say("score.ends", none=told(look, part, weighed.none), full=told(look, part, weighed.full))
    name = [links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key)),
            html.Small(ends, className="t3")]
    if part.points is None or not known:
        return [name, value(look, part), formats.digits(part.n, 0), html.Span(look.say("score.few"), className="t3"),
                html.Span(formats.digits(part.weight, 0), className="t3"), html.Span(formats.NONE, className="t3"), ""]
    gives = part.points * part.weight / known
    return [name, value(look, part), formats.digits(part.n, 0), formats.digits(part.points, 1), formats.digits(part.weight, 0),
            html.B(formats.digits(gives, 1)), html.Span([
                html.I(style={"left": "0%", "width": f"{part.weight / known * 100:.1f}%"}, className="room"),
                html.I(style={"left": "0%", "width": f"{gives:.1f}%"}, className="plain")], className="gapbar")]


def told(look: Look, part: ScorePart, number: float) -> str:
    """A value of the part's indicator."""
    return str(formats.quantity(number, part.indicator, look.language))


def value(look: Look, part: ScorePart) -> Any:
    """The part's own value."""
    return html.Span(formats.NONE, className="t3") if part.value is None else told(look, part, part.value)


def notes(look: Look, score: Score, held: Scoring) -> list[Any]:
    """How points are counted, where the bands lie, and whose choice that is."""
    parts = [look.say("score.how", least=held.least), scale(look, held), look.say("score.own" if held.own else "score.default")]
    why = [] if score.why is None else [html.P(look.read(score.why), className="t2")]
    return [*why, html.P(" ".join(parts), className="t3 why-how")]


def scale(look: Look, held: Scoring) -> str:
    """From how many points on each band begins."""
    return look.say("score.scale", bands=look.say("list.comma").join(
        f"{band} ≥{formats.digits(least, 0)}" for band, least in held.bands.items()), last=held.last)


def tally(look: Look, scores: Sequence[Score]) -> html.Div:
    """How many organizations are in each band."""
    counts = [(band, sum(score.band == band for score in scores)) for band in BANDS]
    rest = sum(score.band is None for score in scores)
    marks = [html.Span([html.B(band, className="grade"), html.B(str(n)), ""]) for band, n in counts if n]
    return html.Div([*marks, *([html.Span([look.say("score.without"), " ", html.B(str(rest))], className="t2")] if rest else [])],
                    className="tally bands")
