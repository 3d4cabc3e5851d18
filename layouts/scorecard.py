"""A region's scorecard: each dimension's leading indicator with value, target, changes, course and place among its peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from data_access.scorecards import Line, Rank
from indicators.definition import Dimension, Indicator
from indicators.reading import Reading
from layouts import ages, formats, links, periods, picking, states
from layouts.look import Look
from layouts.panel import WITHOUT_VALUE
from layouts.spark import spark

BOXES = 12     # so many peers can be told apart in a strip


@dataclass(frozen=True)
class Column:
    """One column: its name in the style sheet, and what its head says."""

    name: str
    head: str


def scorecard(look: Look, lines: Sequence[Line]) -> list[Any]:
    """Draw the card, one row a line; and say so where the year before is not known."""
    known = any(line.reading.last_year is not None for line in lines)
    return [table(look, lines), *([] if known else [html.P(look.say("card.no_year"), className="t3 note")])]


def table(look: Look, lines: Sequence[Line]) -> html.Table:
    """The card's table."""
    heads = columns(look, lines)
    named = [html.Th(one.head, scope="col", role="columnheader", className=one.name) for one in heads]
    return html.Table([
        html.Caption(look.say("card.title"), className="unseen"),
        html.Thead(html.Tr(named, role="row"), role="rowgroup"),
        html.Tbody([row(look, line, heads) for line in lines], role="rowgroup"),
    ], className="card", role="table")


def columns(look: Look, lines: Sequence[Line]) -> tuple[Column, ...]:
    """The columns; no place among peers, and no year before, where nobody has any."""
    level = formats.many(look.city.levels[look.region.level].name, 2, look.language)
    rank = (Column("r", look.say("card.rank", level=level)),) if any(line.rank for line in lines) else ()
    return (
        Column("c", look.say("card.dimension")), Column("nm", look.say("card.indicator")), Column("v", look.say("card.value")),
        Column("tg", look.say("card.target")), Column("s", look.say("card.state")),
        Column("d", look.say(periods.since(look.view.scope.window))),
        *((Column("y", look.say("since.last_year")),) if any(line.reading.last_year is not None for line in lines) else ()),
        Column("sp", f"{look.say('card.course')} · {look.say('card.band')}"), *rank)


def row(look: Look, line: Line, heads: Sequence[Column]) -> html.Tr:
    """One dimension."""
    reading = line.reading
    cells: dict[str, Any] = {
        "c": html.B(look.say(f"dimension.{reading.indicator.dimension}")),
        "nm": naming(look, reading), "v": value(look, reading), "tg": target(look, reading.indicator),
        "s": state(look, reading), "d": change(look, reading, reading.previous, "previous"),
        "y": change(look, reading, reading.last_year, "last_year"),
        "sp": spark(look, reading), "r": place(look, reading.indicator, line.rank),
    }
    return html.Tr([
        html.Th(cells[one.name], scope="row", role="rowheader", className=one.name) if one.name == "c"
        else html.Td(cells[one.name], role="cell", className=one.name, **{"data-label": one.head}) for one in heads
    ], role="row", className="faulty" if reading.status in ("stale", "dead") else "")


def naming(look: Look, reading: Reading) -> list[Any]:
    """The indicator, which leads to all about it, with its marks and the age of its data."""
    indicator = reading.indicator
    marks = [*picking.of_all(look, picking.spared(look, indicator)), *states.simulated(reading.simulated, look.language)]
    return [html.Span([links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key),
                                  title=look.read(indicator.definition))], className="title"),
            html.Small([*ages.data_age(look, reading), *marks])]


def value(look: Look, reading: Reading) -> Any:
    """The number with its unit, which leads to what it is made of; or the word in its place."""
    return links.link(figure(look, reading), links.to_indicator_page(look.view, reading.indicator.key), className="number")


def figure(look: Look, reading: Reading) -> list[Any]:
    """The number with its unit, or the word in its place."""
    if reading.status in WITHOUT_VALUE:
        return [html.Span(look.say(f"state.{reading.status}"), className="word")]
    if reading.status == "dead" or reading.value is None:
        return [html.B(formats.NONE)]
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    return [html.B(shown.digits), html.Small(shown.unit)]


def target(look: Look, indicator: Indicator) -> html.Span:
    """The target, or that there is none."""
    if indicator.target is None:
        return html.Span(look.say("target.none"), className="t3")
    return html.Span(formats.target(indicator))


def state(look: Look, reading: Reading) -> list[Any]:
    """The shape and the word of its state; nothing where all is well and there is no target."""
    found = reading.target_state
    if found is not None:
        return [html.Span([states.glyph(found), " ", look.say(f"state.{found}")], className=found)]
    if reading.status in ("stale", "dead"):
        return [states.tag("stale" if reading.status == "stale" else "dead", look.language)]
    return []


def change(look: Look, reading: Reading, before: float | None, against: Any) -> list[Any]:
    """How far it moved, which leads to why, and whether that is for better or worse."""
    now = reading.value if reading.comparable is None else reading.comparable
    moved = formats.change(reading.indicator, now, before, look.language, alone=True)
    if moved is None or reading.status != "ok":
        return [html.Span(formats.NONE, className="t3")]
    address = links.to_why(look.view, reading.indicator.key, against=against)
    other = reading.period is not None or reading.indicator.archive   # it speaks of a period of its own
    said = look.say("since.period") if other else verdict(look, reading.indicator, moved.arrow)
    return [links.link(f"{moved.arrow} {moved.size}".strip(), address, title=look.say("region.why")), html.Small(said)]


def verdict(look: Look, indicator: Indicator, arrow: str) -> str:
    """Whether a move is for better or worse; nothing where neither is."""
    if not arrow or indicator.better == "neither":
        return ""
    return look.say("card.better" if (arrow == "↑") == (indicator.better == "higher") else "card.worse")


def place(look: Look, indicator: Indicator, rank: Rank | None) -> list[Any]:
    """Its place among its peers: as a strip where they are few; it leads to the ranking."""
    if rank is None or look.region.parent_id is None:
        return [html.Span(formats.NONE, className="t3")]
    above = look.city.regions[look.region.parent_id].code
    strip = [html.Span([html.I(className="on" if at + 1 == rank.place else "") for at in range(rank.of)],
                       className="strip", **{"aria-hidden": "true"})] if rank.of <= BOXES else []
    return [*strip, links.link([html.B(str(rank.place)), f"/{rank.of}"], links.to_indicator_page(look.view, indicator.key, above),
                               className="rk", title=look.say("card.place", place=rank.place, of=rank.of))]


def dimensions(lines: Sequence[Line]) -> tuple[Dimension, ...]:
    """The dimensions that lines speak of, each once, in their order."""
    return tuple(dict.fromkeys(line.reading.indicator.dimension for line in lines))
