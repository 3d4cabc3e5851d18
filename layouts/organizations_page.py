"""All organizations with work in a region: their load and their scores, to be sorted and filtered."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.organizations import Score
from indicators.scoring import Scoring
from layouts import formats, links, periods, scores, states
from layouts.look import Look
from layouts.page import part
from layouts.table import Cell, Column, Row, table

LOADS = {"load": 0, "open": 54, "overdue": 72, "suspended": 0}   # how wide each is on a phone


def title(look: Look, found: Sequence[Score]) -> list[Any]:
    """The page's name, of where and when, and how many organizations are in which band."""
    marks = states.simulated(any(score.simulated for score in found), look.language)
    return [html.H1([look.say("agencies"), *marks]), scores.tally(look, found),
            html.P(" · ".join((look.read(look.region.name), periods.told(look), look.say("organizations.n", n=len(found)))),
                   className="t2 about")]


def listing(look: Look, found: Sequence[Score], held: Scoring) -> list[Any]:
    """The table: score, load, and each indicator that makes the score."""
    if not found:
        return [html.P(look.say("agency.none"), className="t3")]
    note = " ".join((scores.scale(look, held), look.say("score.own" if held.own else "score.default")))
    return part(look.say("organizations.title"), [
        table("organizations", look.say("organizations.title"), columns(look, held, found), [row(look, one) for one in found]),
        html.P(note, className="t3 why-how")])


def columns(look: Look, held: Scoring, found: Sequence[Score]) -> list[Column]:
    """Name, band, points, load, then the score's indicators with their weights."""
    titles = {one.indicator.key: look.read(one.indicator.title) for score in found[:1] for one in score.parts}
    return [
        Column("name", look.say("agency"), narrow=124), Column("band", look.say("organizations.band"), width=76, narrow=50),
        Column("composite", look.say("organizations.points"), "number", 88, narrow=56),
        *(Column(key, look.say(f"organizations.{key}"), "number", 100, narrow=wide) for key, wide in LOADS.items()),
        *(Column(key, name, "number", 124, look.say("organizations.weight", weight=formats.digits(held.parts[key].weight, 0)))
          for key, name in titles.items()),
    ]


def row(look: Look, score: Score) -> Row:
    """One organization."""
    cells: dict[str, Cell | str | float | int | None] = {
        "id": score.code,
        "name": Cell(look.read(score.name), links.link(look.read(score.name), links.to_organization(look.view, score.code))),
        "band": Cell(score.band or "", html.B(score.band or formats.NONE, className="grade" if score.band else "grade none")),
        "composite": Cell(score.composite, formats.NONE if score.composite is None else formats.digits(score.composite, 1)),
        "overdue": Cell(score.overdue, states.alarming(score.overdue)),
    }
    for key, number in (("load", score.load), ("open", score.open), ("suspended", score.suspended)):
        cells[key] = Cell(number, formats.digits(number, 0))
    for one in score.parts:
        shown = formats.NONE if one.value is None else str(formats.quantity(one.value, one.indicator, look.language))
        cells[one.indicator.key] = Cell(one.value, shown)
    return cells
