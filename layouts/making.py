"""How a number is made: its formula in words, both sides of it as numbers, what it promises, and who sends the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dash import html

from data_access.makings import Makings
from data_access.sources import Source
from indicators import wording
from indicators.definition import Indicator, Percentile, Ratio
from indicators.reading import Reading
from indicators.units import UNITS
from layouts import ages, formats, links, periods, source_quality, states
from layouts.drawer import pairs
from layouts.drawer_indicator import promise, subject, target
from layouts.drawer_sources import SHAPES
from layouts.look import Look


@dataclass(frozen=True)
class Making:
    """What is known of how a number is made; `sources` are those whose facts it counts, `quality` theirs, by key."""

    reading: Reading
    makings: Makings | None
    sources: Sequence[Source] = ()
    quality: Mapping[str, source_quality.Readings] = field(default_factory=dict)


def making(look: Look, found: Making) -> list[Any]:
    """Draw it: the formula on the left, the sources and their quality on the right."""
    return [html.Div([
        html.Div([html.H3(look.say("making.formula")), formula(look, found.reading.indicator, found.makings, found.reading),
                  facts(look, found.reading)]),
        html.Div([html.H3(look.say("making.sources")), *sources(look, found)]),
    ], className="making")]


def formula(look: Look, indicator: Indicator, made: Makings | None, reading: Reading) -> html.Div:
    """The formula in words, each side with its number where it is known."""
    measure = indicator.measure
    if isinstance(measure, Percentile):
        return html.Div(html.P(look.say("making.percentile", q=formats.digits(measure.q * 100, 0),
                                        of=look.read(wording.RANKED[measure.metric]))), className="formula")
    over = measure.over if isinstance(measure, Ratio) else measure.terms
    lines: list[Any] = [side(look, "making.over" if isinstance(measure, Ratio) else "making.total", over,
                            None if made is None else made.over)]
    if isinstance(measure, Ratio):
        lines.append(side(look, "making.base", measure.base, None if made is None else made.base))
    return html.Div([*lines, *result(look, indicator, made, reading)], className="formula")


def side(look: Look, name: str, over: Sequence[Any], number: float | None) -> html.Div:
    """One side: its name, what it counts, its number."""
    told = " + ".join(look.read(wording.worded(term)) for term in over)
    return html.Div([html.Span(look.say(name), className="t3"), html.Span(told),
                     html.B("" if number is None else amount(number))], className="side")


def amount(number: float) -> str:
    """A side's number: whole where it counts, with two decimals where it measures."""
    return formats.digits(number, 0 if float(number).is_integer() or abs(number) >= 10_000 else 2)


def result(look: Look, indicator: Indicator, made: Makings | None, reading: Reading) -> list[Any]:
    """The arithmetic, with its outcome."""
    measure = indicator.measure
    if made is None or made.base is None or not isinstance(measure, Ratio) or reading.value is None or reading.status == "dead":
        return []
    scale = f" × {formats.digits(measure.scale, 0)}" if measure.scale != 1 else ""
    shown = str(formats.quantity(reading.value, indicator, look.language))
    return [html.P([f"{amount(made.over)} ÷ {amount(made.base)}{scale} = ", html.B(shown)], className="sum")]


def facts(look: Look, reading: Reading) -> html.Dl:
    """Unit, direction, target, promise, period, number of facts, the newest."""
    found = reading.indicator
    return pairs([
        (look.say("indicator.unit"), UNITS[found.unit].symbol[look.language]),
        (look.say("indicator.better"), look.say(f"indicator.better.{found.better}")),
        (look.say("indicator.target"), target(look, found)),
        (look.say("indicator.fresh"), promise(look, found)),
        (look.say("indicator.period"), periods.told(look) if reading.period is None else look.read(reading.period)),
        (look.say("indicator.facts"), subject(look, found)),
        (look.say("indicator.n"), formats.digits(reading.n, 0)),
        (look.say("indicator.data_at"), None if reading.data_at is None else ages.at_time(look, reading.data_at)),
    ])


def sources(look: Look, found: Making) -> list[Any]:
    """Each source with its state, its age, its quality in six marks; or that none is told of."""
    if not found.sources:
        return [html.P(look.say("making.no_source"), className="t3")]
    return [html.Ul([html.Li(source(look, one, found.quality.get(one.key, {}))) for one in found.sources], className="senders")]


def source(look: Look, one: Source, quality: source_quality.Readings) -> list[Any]:
    """One source."""
    shape, tone = SHAPES[one.state(look.now)]
    last: datetime | None = one.last_received_at
    return [
        html.Div([links.link(look.read(one.name), links.to_source(look.view, one.key)),
                  *states.simulated(one.simulated, look.language)], className="title"),
        html.Div([html.B([states.glyph(shape, tone), " ", look.say(f"sources.{one.state(look.now)}")], className=tone),
                  html.Span([] if last is None else [" · ", ages.age(look, last)], className="t3")]),
        html.Div(source_quality.marks(look, quality), className="quality"),
        html.Small(" · ".join((one.owner, one.licence)), className="t3"),
    ]


