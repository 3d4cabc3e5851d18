"""One indicator in full: its value, how it is made, how fresh it must be, and the rows behind it."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from dash import html

from data_access.readings import ChildReading
from data_access.rows import COLUMNS, SOURCE, Called, Rows
from data_access.trace import Sender
from indicators.definition import Indicator
from indicators.reading import Reading
from indicators.text import Text
from indicators.units import UNITS
from layouts import ages, formats, header, links, picking, states
from layouts.drawer import pairs, sheet, way
from layouts.drawer_dimension import on_map
from layouts.look import Look
from layouts.panel import judgement, small, value
from layouts.ranking import caption, most, moved, order, others
from layouts.trend import drawn
from layouts.view import Kind, View

HEIGHT = 110
MOST = 12          # rows on a page
DEEPEST = 100      # pages: beyond, a narrower region or window finds a row sooner


def indicator(look: Look, reading: Reading, rows: Rows | None = None, parts: Sequence[ChildReading] = ()) -> list[Any]:
    """Draw the indicator; `rows` are the newest facts behind the number, where it has any."""
    return sheet(
        look, [mark(look, reading), *picking.not_filtered(look, picking.spared(look, reading.indicator)),
               *([states.short_mark(look.language)] if states.any_simulated([reading]) else [])], "",
        look.read(reading.indicator.title),
        [html.Div([*value(look, reading), html.Div(judgement(look, reading), className="m")], className="hero"),
         html.Div(drawn(look, reading, HEIGHT, lively=True), className="chart"),
         html.P([html.Span(f"{look.say('indicator.definition')} ", className="t2"), look.read(reading.indicator.definition)],
                className="definition"),
         header.leaving(look, "page.indicator", links.to_indicator_page(look.view, reading.indicator.key), "chip opens"),
         facts(look, reading, rows), *below(look, parts), *behind(look, reading.indicator, rows)])


def mark(look: Look, reading: Reading) -> Any:
    """The dimension, and that the value is old where it is; how it stands against its target is said beside the value."""
    dimension = links.link(look.say(f"dimension.{reading.indicator.dimension}"),
                           links.to_dimension(look.view, reading.indicator.dimension), className="c")
    shape = states.reading_glyph(reading) if reading.target_state is None else None
    word = states.reading_word(reading, look.language)
    return html.Span([dimension, on_map(look, reading.indicator.key),
                      *([] if shape is None else [html.B([shape, " ", word], className="state")])], className="marks")


def facts(look: Look, reading: Reading, rows: Rows | None) -> html.Dl:
    """Unit, direction, target, promise, kind of facts and who sent them, their number, the newest."""
    found = reading.indicator
    return pairs([
        (look.say("indicator.state"), states.reading_word(reading, look.language)),
        (look.say("indicator.unit"), UNITS[found.unit].symbol[look.language]),
        (look.say("indicator.better"), look.say(f"indicator.better.{found.better}")),
        (look.say("indicator.target"), target(look, found)),
        (look.say("indicator.fresh"), promise(look, found)),
        (look.say("indicator.period"), None if reading.period is None else look.read(reading.period)),
        (look.say("indicator.facts"), subject(look, found)),
        (look.say("indicator.source"), senders(look, rows)),
        (look.say("indicator.n"), formats.digits(reading.n, 0)),
        (look.say("indicator.data_at"), None if reading.data_at is None else ages.at_time(look, reading.data_at)),
    ])


def subject(look: Look, found: Indicator) -> str:
    """Which kind of facts it is made of."""
    return look.say(f"subject.{found.subject.partition(':')[0]}")


def senders(look: Look, rows: Rows | None) -> list[Any]:
    """The sources of the rows at hand, each once and each a link to its page."""
    if rows is None:
        return []
    at = len(rows.columns) - len(COLUMNS) + COLUMNS.index(SOURCE)
    known: dict[str, Any] = {one.key: sender(look, one) for one in (row[at] for row in rows.rows) if isinstance(one, Sender)}
    return [part for one in known.values() for part in (look.say("list.comma"), one)][1:]


def sender(look: Look, one: Sender, batch: int | None = None) -> Any:
    """A source's name, which leads to its page."""
    return links.link(look.read(one.name), links.to_source(look.view, one.key, batch))


def below(look: Look, parts: Sequence[ChildReading]) -> list[Any]:
    """All child regions in the ranking's order."""
    if not parts:
        return []
    ranked = [*order(parts), *others(parts, len(parts))]
    longest = most(ranked)
    children = [html.Li(child(look, part, longest)) for part in ranked]
    return [html.H3(caption(look, parts)), html.Ul(children, className="children")]


def child(look: Look, part: ChildReading, longest: float) -> list[Any]:
    """One child region: its name, its value, its change."""
    return [links.link(look.read(part.region.name), links.to_region(look.view, part.region.code), className="title"),
            html.Span(small(look, part.reading), className="dd"),
            html.Span(moved(look, part.reading, longest), className="t2 lim")]


def target(look: Look, found: Indicator) -> str:
    """Both thresholds with their sides."""
    if found.target is None:
        return look.say("target.none")
    return look.say("indicator.target.both", good=formats.limit(found, found.target.good, reached=True),
                    bad=formats.limit(found, found.target.bad, reached=False))


def promise(look: Look, found: Indicator) -> str:
    """How fresh its data must be."""
    if found.stale_after is None:
        return look.say("indicator.fresh.none")
    return look.say("indicator.fresh.within", time=formats.span(found.stale_after, look.language))


def behind(look: Look, found: Indicator, rows: Rows | None) -> list[Any]:
    """The facts that make the number, the newest first."""
    if rows is None:
        return []
    if not rows.rows:
        return [html.P(look.say("indicator.rows.none"), className="t3")]
    title = look.say("indicator.rows" if rows.total != 1 else "indicator.rows.one", n=formats.digits(rows.total, 0))
    last = pages(rows)
    page = min(asked(look.view), last)
    return [html.H3(title), listed(look, found, rows, (page - 1) * MOST),
            *turning(look, page, last)]


def asked(view: View) -> int:
    """The page of rows that the address asks for."""
    return 1 if view.opened is None else min(view.opened.page, DEEPEST)


def reach(view: View) -> int:
    """How many of the newest rows must be read to show the page asked for."""
    return asked(view) * MOST


def pages(rows: Rows) -> int:
    """How many pages can be turned to."""
    there = rows.total if len(rows.rows) % MOST == 0 else len(rows.rows)  # a page that is not full is the last
    return max(min(-(-there // MOST), DEEPEST), 1)


def turning(look: Look, page: int, last: int) -> list[Any]:
    """The way to the page before and the next; nothing where one page holds all."""
    if last == 1:
        return []
    before = links.link(look.say("page.before"), links.to_page(look.view, page - 1)) if page > 1 else html.Span()
    after = links.link(look.say("page.after"), links.to_page(look.view, page + 1)) if page < last else html.Span()
    at = html.Span(look.say("page.at", n=page, last=last), className="t3")
    return [html.Nav([before, at, after], className="pages", **{"aria-label": look.say("page.label")})]


def listed(look: Look, found: Indicator, rows: Rows, begin: int = 0) -> html.Ul:
    """A page of the facts, from one of them on."""
    shown = zip_longest(rows.rows[begin:begin + MOST], rows.called[begin:begin + MOST])
    return html.Ul([html.Li(fact(look, found, rows.columns, row, called)) for row, called in shown], className="facts")


def fact(look: Look, found: Indicator, columns: Sequence[Text], row: Sequence[Any], called: Called | None) -> list[Any]:
    """One fact: instant, what it is and where, value; beneath, its side of a ratio, its number and the row that it came from."""
    *sides, at, identity, region, value, source, door, origin, batch, row_no = row
    before = [look.read(column) for column, there in zip(columns, sides, strict=False) if there]
    name = None if called is None else called.name
    where = look.read(region) if called is None else look.place(called.region_id)
    ways = [] if name is None else [str(identity), " · "]
    trail = [" · ".join([*before, ""]), *ways, sender(look, source, batch)]
    if batch is not None:
        trail.append("\u00a0· " + look.say("trace.row", door=way(look, door), origin=origin, batch=batch, row=row_no))
    return [
        html.Span("" if at is None else ages.at_time(look, at), className="t2"),
        html.Span([record(look, found, str(identity), str(identity) if name is None else look.read(name)),
                   html.Span(where, className="t2 where")], className="what"),
        html.Span("" if value is None else formats.plain(value), className="lim"),
        html.Small(trail, className="t3 trail"),
    ]


def record(look: Look, found: Indicator, identity: str, name: str) -> Any:
    """What a fact is called; a case's and a device's lead to their records."""
    kinds: dict[str, Kind] = {"case": "case", "device": "device", "observation": "device"}
    kind = kinds.get(found.subject.partition(":")[0])
    return html.Span(name) if kind is None else links.link(name, links.to_drawer(look.view, kind, identity))
