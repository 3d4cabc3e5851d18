"""What got better and what got worse, in plain words, with the sum behind each sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.movers import Mover
from data_access.scorecards import Line
from indicators.algebra import metric_keys, stock_keys
from indicators.definition import Indicator
from indicators.units import UNITS
from layouts import formats, links, periods
from layouts.look import Look

MOST = 3   # sentences a side


def movement(look: Look, found: Sequence[Mover], lines: Mapping[str, Line]) -> html.Div:
    """Draw both sides."""
    return html.Div([side(look, "region.better", [one for one in found if one.better], lines),
                     side(look, "region.worse", [one for one in found if not one.better], lines)], className="say")


def side(look: Look, key: str, found: Sequence[Mover], lines: Mapping[str, Line]) -> html.Div:
    """One side: its name and its sentences, the weightiest first; or that there are none."""
    since = look.say(periods.since(look.view.scope.window))
    said: Any = html.P(look.say("region.unmoved"), className="t3") if not found else html.Ul(
        [html.Li([html.P(sentence(look, one, lines.get(one.reading.indicator.key)), className="sentence"),
                  html.P(behind(look, one), className="sum")]) for one in apart(found)[:MOST]])
    return html.Div([html.H2([look.say(key), html.Small(f"{since} · {look.say('region.complete')}")]), said])


def apart(found: Sequence[Mover]) -> list[Mover]:
    """The first of those that count the same facts: a number and the same per km² are one piece of news."""
    told: dict[frozenset[str], Mover] = {}
    for one in found:
        measure = one.reading.indicator.measure
        told.setdefault(frozenset({*metric_keys(measure), *stock_keys(measure)}), one)
    return list(told.values())


def sentence(look: Look, mover: Mover, line: Line | None) -> list[Any]:
    """按期结案率上升 1.2 点；距目标 ≥95 还差 3.4 点；5 个同级中第 2。"""
    indicator = mover.reading.indicator
    moved = formats.change(indicator, mover.after, mover.before, look.language, alone=True)
    verb = look.say("region.rose" if mover.change > 0 else "region.fell")
    rank = None if line is None else line.rank
    return [
        links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key)),
        look.say("region.moved", verb=verb), html.B("" if moved is None else moved.size), aim(look, mover),
        "" if rank is None else look.say("region.ranks", place=rank.place, of=rank.of), look.say("region.stop"),
    ]


def aim(look: Look, mover: Mover) -> str:
    """How it stands against its target; nothing without one."""
    reading, target = mover.reading, mover.reading.indicator.target
    if target is None or reading.target_state is None or reading.value is None:
        return ""
    told = formats.target(reading.indicator)
    if reading.target_state == "good":
        return look.say("region.on_target", target=told)
    gap = formats.change(reading.indicator, reading.value, target.good, look.language, alone=True)
    return "" if gap is None or not gap.arrow else look.say("region.short", target=told, gap=gap.size)


def behind(look: Look, mover: Mover) -> list[Any]:
    """The sum behind the sentence, and the way to what it is made of."""
    key = mover.reading.indicator.key
    return [html.Span(arithmetic(look, mover)), " ",
            links.link(look.say("region.why_short"), links.to_why(look.view, key), title=look.say("region.why"))]


def arithmetic(look: Look, mover: Mover) -> str:
    """The sum in figures that add up as they stand: 91.57 − 90.36 = 1.21 点; 1,204 − 1,100 = 104，104 ÷ 1,100 = 9.5%."""
    indicator = mover.reading.indicator
    places = decimals(indicator, mover.after, mover.before)
    after, before = round(mover.after, places), round(mover.before, places)
    difference = round(after - before, places)
    symbol = UNITS[indicator.unit].symbol[look.language]
    unit = f" {symbol}" if symbol else ""
    told = f"{formats.digits(after, places)} − {formats.digits(before, places)} = {formats.digits(difference, places)}"
    if indicator.unit == "percent":
        return look.say("region.points", sum=told)
    change = formats.change(indicator, mover.after, mover.before, look.language)
    if change is None or not change.size.endswith("%"):
        return told + unit
    share = formats.digits(100 * difference / before, 1)
    comma = look.say("list.then")
    return f"{told}{unit}{comma}{formats.digits(difference, places)} ÷ {formats.digits(before, places)} = {share}%"


def decimals(indicator: Indicator, *values: float) -> int:
    """None for whole numbers; else one more than the indicator shows, so that a difference of rounded figures is seen."""
    return 0 if all(float(value).is_integer() for value in values) else indicator.decimals + 1
