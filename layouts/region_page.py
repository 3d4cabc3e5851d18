"""The page of a region: its title, what moved, its scorecard, what is late, who works there, what lies below, all indicators."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.cases import CaseLine
from data_access.city import Region
from data_access.in_hand import Hand
from data_access.readings import ChildReading
from data_access.scorecards import Line
from data_access.shapes import Shapes
from indicators.definition import DIMENSIONS, Indicator
from indicators.library import of
from indicators.reading import Reading, TargetState
from indicators.units import UNITS
from layouts import ages, formats, links, periods, states, take_away
from layouts.choropleth import choropleth
from layouts.course import Course, course
from layouts.drawer import case_list
from layouts.drawer import table as short_table
from layouts.look import Look
from layouts.page import part
from layouts.scorecard import figure
from layouts.table import Cell, Column, Row, table

SHOWN_STATES: tuple[TargetState, ...] = ("good", "watch", "bad")
CASES, AGENCIES = 8, 8
POPULATION = "people_population"


def title(look: Look, lines: Mapping[str, Line]) -> list[Any]:
    """The region's name, how many live in how many parts of it, the period; how many indicators are in which state."""
    return [
        html.H1(look.read(look.region.name)),
        html.P([html.Span(told) for told in about(look, lines)], className="states"),
        html.Div([tally(look, lines, state) for state in SHOWN_STATES], className="tally",
                 title=look.say("region.targets", n=sum(line.reading.target_state is not None for line in lines.values()))),
    ]


def about(look: Look, lines: Mapping[str, Line]) -> list[str]:
    """What is known of the region, and the period that is shown."""
    found = lines.get(POPULATION)
    told = [] if found is None or found.reading.value is None else [
        inhabitants(look, found.reading.value)]
    children = look.city.children(look.region)
    if children:
        level = formats.many(look.city.levels[look.region.level + 1].name, len(children), look.language)
        told.append(look.say("children.one", n=len(children), level=level))
    return [*told, periods.told(look)]


def inhabitants(look: Look, count: float) -> str:
    """How many live in the region: 147.7 万人; 1.48M people."""
    figures, word = formats.scaled(count, 0, look.language)
    return look.say("region.people", n=figures, word=word)


def tally(look: Look, lines: Mapping[str, Line], state: TargetState) -> html.Span:
    """How many indicators are in a state."""
    n = sum(line.reading.target_state == state for line in lines.values())
    return html.Span([states.glyph(state, state if n else "quiet"), html.B(str(n)), look.say(f"state.{state}")],
                     className=state if n else "t3")


def lead(look: Look, found: Reading, above: Reading | None, parts: Sequence[ChildReading], shapes: Shapes | None) -> list[Any]:
    """One indicator in full: its course beside that of the region above, and the map of the regions below."""
    indicator, upper = found.indicator, look.region.parent_id
    names = (look.read(look.region.name), "" if upper is None else look.read(look.city.regions[upper].name))
    title = links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key))
    unit = html.Span(UNITS[indicator.unit].symbol[look.language], className="t3")
    way = part(title, course(look, Course(found, bands=None, above=above, names=names)), [unit])
    if not parts or shapes is None:
        return [html.Div([html.Div(way)], className="two one")]
    level = formats.many(look.city.levels[look.region.level + 1].name, 1, look.language)
    what = html.Span(f"{look.read(indicator.title)} · {UNITS[indicator.unit].symbol[look.language]}", className="t3")
    drawn = choropleth(look, shapes, parts, lambda code: links.to_region_page(look.view, code))
    beside = part(look.say("below.map", level=level), drawn, [what])
    return [html.Div([html.Div(way), html.Div(beside)], className="two wide-first")]


def late(look: Look, lines: Sequence[CaseLine], reading: Reading | None, *, past: bool) -> list[Any]:
    """The open cases past their clock, the longest first; each leads to its record on the wall."""
    if past:
        return part(look.say("late.title"), [html.P(look.say("late.past"), className="t3")])
    if not lines:
        return part(look.say("late.title"), [html.P(look.say("late.none"), className="t3")])
    beside = [html.Span(look.say("late.order"), className="t3")]
    if reading is not None and reading.value is not None:
        beside += take_away.files(look, "facts", reading.indicator.key)
        beside.append(links.link(look.say("late.more", n=formats.digits(reading.value, 0)),
                                 links.to_indicator_page(look.view, reading.indicator.key), className="all"))
    return part(look.say("late.title"), [case_list(look, lines)], beside)


def organizations(look: Look, hands: Sequence[Hand], *, simulated: bool, past: bool) -> list[Any]:
    """The organizations with open cases in the region, the most overdue first."""
    everyone = links.link(look.say("load.all"), links.to_organizations(look.view), className="all")
    if past or not hands:
        why = look.say("late.past" if past else "agency.none")
        return part(look.say("load.title"), [html.P(why, className="t3")], [everyone])
    most = max(hand.open for hand in hands)
    heads = [look.say("agency"), look.say("agency.open"), html.Span(look.say("load.bar"), className="unseen"),
             look.say("agency.overdue"), look.say("agency.longest")]
    rows = [organization(look, hand, most) for hand in hands[:AGENCIES]]
    return part(look.say("load.title"), [short_table(heads, rows, "numbers loads")],
                [*states.simulated(simulated, look.language), *take_away.files(look, "organizations"), everyone])


def organization(look: Look, hand: Hand, most: int) -> list[Any]:
    """One organization: what it has in hand, what of it is overdue, and for how long the longest."""
    bar = html.Span([html.I(style={"width": f"{100 * hand.open / most:.1f}%"}),
                     html.I(className="bad", style={"width": f"{100 * hand.overdue / most:.1f}%"})], className="load")
    return [links.link(look.read(hand.name), links.to_organization(look.view, hand.code)), formats.digits(hand.open, 0), bar,
            html.Span([formats.digits(hand.overdue, 0), *([" ", states.glyph("bad")] if hand.overdue else [])]),
            html.Span(formats.NONE, className="t3") if hand.since is None else ages.since(look, hand.since)]


def below(look: Look, regions: Sequence[Region], heroes: Sequence[Indicator],
          readings: Mapping[str, Mapping[int, Reading]]) -> list[Any]:
    """The regions right below with each dimension's leading indicator; each leads to its page, each number to its own."""
    if not regions:
        return []
    level = formats.many(look.city.levels[look.region.level + 1].name, len(regions), look.language)
    columns = [Column("name", look.say("below.region")), *(
        Column(one.key, look.read(one.title), "number", tip=look.read(one.definition)) for one in heroes)]
    rows: list[Row] = [{
        "id": region.code, "name": naming(look, region),
        **{one.key: cell(look, region, readings[one.key][region.region_id]) for one in heroes}} for region in regions]
    caption = look.say("below.caption", region=look.read(look.region.name))
    return part(look.say("below.title", level=level), [table("below", caption, columns, rows)], take_away.files(look, "below"))


def naming(look: Look, region: Region) -> Cell:
    """A region's name, which leads to its page."""
    name = look.read(region.name)
    return Cell(name, links.link(name, links.to_region_page(look.view, region.code)))


def cell(look: Look, region: Region, reading: Reading) -> Cell:
    """A number of a region below, with its state's shape."""
    mark = states.reading_glyph(reading)
    face = links.link([*figure(look, reading), *([] if mark is None else [" ", mark])],
                      links.to_indicator_page(look.view, reading.indicator.key, region.code))
    return Cell(reading.value if reading.status in ("ok", "stale") else None, face)


def index(look: Look) -> list[Any]:
    """The way to every indicator, by dimension."""
    groups = [html.Div([
        html.H3(look.say(f"dimension.{dimension}")),
        html.Ul([html.Li(links.link(look.read(one.title), links.to_indicator_page(look.view, one.key),
                                    title=look.read(one.definition))) for one in of(dimension)]),
    ]) for dimension in DIMENSIONS]
    return part(look.say("index.title"), [html.Div(groups, className="index")])


def foot(look: Look, lines: Sequence[Line]) -> list[Any]:
    """When this was read, and what of it is simulated."""
    told = dict.fromkeys(look.say(f"dimension.{line.reading.indicator.dimension}") for line in lines if line.reading.simulated)
    at = f"{formats.date(look.now, look.zone, look.language)} {formats.clock(look.now, look.zone)}"
    simulated = [look.say("page.simulated", what=look.say("list.comma").join(told))] if told else []
    return [html.P(" · ".join([look.say("page.as_of", at=at), *simulated]), className="t3 foot")]
