"""Why a number changed: what each part contributes, as bars that start where the one above ends, with the arithmetic beside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from data_access.decomposition import AGAINSTS, BYS, Against, By, Decomposition, Part
from indicators.definition import Indicator
from indicators.filters import FIELDS, applies, toggled
from indicators.reading import Reading
from indicators.scope import Field
from indicators.text import Text
from indicators.units import UNITS
from layouts import formats, links, parting, periods, states
from layouts.look import Look
from layouts.page import Column, part, table
from layouts.panel import value
from layouts.view import href

MOST = 24            # parts with a row of their own; the others are one
REST = Text("其余", "The others")


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: against when, and by what."""

    against: Against
    by: By


def title(look: Look, reading: Reading, name: str, asked: Asked, compared: float | None) -> list[Any]:
    """The page's name, the number now with its marks, and against what it is set; `compared` is what of it can be."""
    marks = [states.tag("sim", look.language)] if states.any_simulated([reading]) else []
    indicator = reading.indicator
    whole = links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key))
    stand = [html.Span(value(look, reading), className="now"), *partly(look, reading, compared)]
    return [html.H1([name, *marks]), html.Div(stand, className="stand"),
            html.P([whole, " · ", look.read(look.region.name), " · ", periods.told(look), " · ", against(look, asked.against)],
                   className="t2 about")]


def partly(look: Look, reading: Reading, compared: float | None) -> list[Any]:
    """That the sum below speaks of another number than the one now, where it does."""
    whole, part = (str(formats.quantity(one, reading.indicator, look.language)) for one in (reading.value, compared))
    if compared is None or reading.value is None or whole == part:
        return []
    return [html.Div(html.Div(look.say("why.compared", value=part), className="t3"), className="m")]


def against(look: Look, which: Against) -> str:
    """The words for the period that is compared with."""
    return look.say(periods.since(look.view.scope.window) if which == "previous" else f"since.{which}")


def choices(look: Look, indicator: Indicator, asked: Asked) -> html.Div:
    """Against when, and by what: each an address."""
    whens = [choice(against(look, one), links.to_why(look.view, indicator.key, against=one, by=asked.by), one == asked.against)
             for one in AGAINSTS]
    cuts = [choice(look.say(f"why.by.{one}"), links.to_why(look.view, indicator.key, against=asked.against, by=one),
                   one == asked.by) for one in BYS]
    return html.Div([html.Nav(cuts, className="tabs", **{"aria-label": look.say("why.by")}),
                     html.Nav(whens, className="tabs", **{"aria-label": look.say("why.against")})], className="why-choices")


def choice(name: str, address: str, chosen: bool) -> Any:
    """One choice; the one that holds is no link."""
    return html.B(name, **{"aria-current": "true"}) if chosen else links.link(name, address)


def reasons(look: Look, found: Decomposition, asked: Asked) -> list[Any]:
    """The sum in one line, and a row for each part; or why it cannot be taken apart."""
    chosen = choices(look, found.indicator, asked)
    if found.why is not None or found.before is None or found.after is None:
        told = look.say("why.nothing") if found.why is None else look.read(found.why)
        return [chosen, html.P(told, className="t2 why-not")]
    shown = gathered(found)
    return [chosen, html.P(equation(look, found), className="equation"),
            table(columns(look, found), rows(look, found, shown, asked), look.say("page.why", title=look.read(
                found.indicator.title)), "why-grid"),
            html.P(look.say("why.how.ratio" if found.apart else "why.how.total"), className="t3 why-how")]


def gathered(found: Decomposition) -> list[Part]:
    """The parts with a row; the smallest contributions in one of them, so that the sum stays whole."""
    if len(found.parts) <= MOST:
        return list(found.parts)
    kept, others = found.parts[:MOST - 1], found.parts[MOST - 1:]
    return [*kept, Part("", REST, None, None, sum(one.n_before for one in others), sum(one.n_after for one in others),
                        sum(one.mix for one in others), sum(one.rate for one in others),
                        sum(one.contribution for one in others))]


def equation(look: Look, found: Decomposition) -> list[Any]:
    """Before, after, the change, and what it is made of."""
    indicator = found.indicator
    assert found.before is not None and found.after is not None
    change = html.B(signed(look, indicator, found.after - found.before, found))
    ends = [told(look, indicator, found.before), " → ", html.B(told(look, indicator, found.after)), html.Span(" · "), change]
    made = [look.say("why.equation", mix=signed(look, indicator, found.mix, found),
                     rate=signed(look, indicator, found.rate, found))] if found.apart else []
    rest = [look.say("why.rest", rest=signed(look, indicator, found.rest, found))] if visible(found, found.rest) else []
    return [*ends, *(html.Span(f" {one}", className="t2") for one in (*made, *rest))]


def told(look: Look, indicator: Indicator, number: float | None) -> str:
    """A value with its unit."""
    return str(formats.quantity(number, indicator, look.language))


def signed(look: Look, indicator: Indicator, number: float, found: Decomposition) -> str:
    """A contribution with its sign, in points for shares, as exact as the whole change needs."""
    figures = formats.digits(number, places(found))
    sign = "" if figures.startswith(formats.MINUS) or not any(one in "123456789" for one in figures) else "+"
    unit = look.say("points") if indicator.unit == "percent" else UNITS[indicator.unit].symbol[look.language]
    return f"{sign}{figures} {unit}".strip()


def places(found: Decomposition) -> int:
    """So many decimals that the largest contribution has two figures at least."""
    largest = max((abs(one.contribution) for one in found.parts), default=0.0)
    needed = found.indicator.decimals + (1 if found.apart else 0)
    return needed if not largest or largest >= 1 else max(needed, 2)


def visible(found: Decomposition, number: float) -> bool:
    """Whether a number is more than nothing as it is shown."""
    return bool(round(number, places(found)))


def columns(look: Look, found: Decomposition) -> list[Column]:
    """The table's columns: mix and rate only where they are two things."""
    def named(key: str, *, number: bool = True) -> Column:
        return Column(look.say(f"why.{key}"), "number" if number else "text", look.say(f"why.{key}"), name=key)

    two = [named("mix"), named("rate")] if found.apart else []
    return [Column(look.say(f"why.by.{found.by}"), name="title"), named("before"), named("after"), *two,
            named("contribution"), named("bar", number=False)]


def rows(look: Look, found: Decomposition, shown: Sequence[Part], asked: Asked) -> list[list[Any]]:
    """The whole before, each part, what no part has, the whole after: each bar starts where the one above ends."""
    assert found.before is not None and found.after is not None
    steps = [one.contribution for one in shown] + ([found.rest] if visible(found, found.rest) else [])
    heights = [found.before]
    for step in steps:
        heights.append(heights[-1] + step)
    low, high = frame(heights)
    made = [whole(look, found, look.say("why.whole.before"), found.before, (low, high))]
    for one, start in zip(shown, heights, strict=False):
        made.append(row(look, found, one, start, (low, high), asked))
    if visible(found, found.rest):
        made.append([look.say("why.rest.name"), *[""] * (4 if found.apart else 2),
                     signed(look, found.indicator, found.rest, found), bar(found, heights[-2], found.rest, (low, high))])
    return [*made, whole(look, found, look.say("why.whole.after"), found.after, (low, high))]


def frame(heights: Sequence[float]) -> tuple[float, float]:
    """From where to where the bars go, with some air: steps, not sizes, are compared."""
    low, high = min(heights), max(heights)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return low - air, high + air


def whole(look: Look, found: Decomposition, name: str, number: float, ends: tuple[float, float]) -> list[Any]:
    """One end: the whole's value, and a mark where it stands."""
    before = number == found.before and name == look.say("why.whole.before")
    values = [told(look, found.indicator, number), ""] if before else ["", told(look, found.indicator, number)]
    at = (number - ends[0]) / (ends[1] - ends[0]) * 100
    sums = [] if before else [html.B(signed(look, found.indicator, one, found)) for one in (found.mix, found.rate)]
    pair: list[Any] = (sums or ["", ""]) if found.apart else []
    total = "" if before else html.B(signed(look, found.indicator, (found.after or 0.0) - (found.before or 0.0), found))
    return [html.B(name), *(html.B(one) for one in values), *pair, total,
            html.Span(html.B(style={"left": f"{at:.2f}%"}), className="fall end")]


def row(look: Look, found: Decomposition, one: Part, start: float, ends: tuple[float, float], asked: Asked) -> list[Any]:
    """One part: before, after with their facts, mix and rate, contribution, bar."""
    indicator = found.indicator
    two = [signed(look, indicator, one.mix, found), signed(look, indicator, one.rate, found)] if found.apart else []
    return [name_of(look, found, one, asked), side(look, indicator, one.before, one.n_before),
            side(look, indicator, one.after, one.n_after), *two, html.B(signed(look, indicator, one.contribution, found)),
            bar(found, start, one.contribution, ends)]


def side(look: Look, indicator: Indicator, number: float | None, n: int) -> Any:
    """A part's own value, over the number of its facts where that is another number."""
    if number is None:
        return [html.Span(formats.NONE, className="t3"), *facts(look, indicator, n)]
    return [html.Span(told(look, indicator, number)), *([] if number == n else facts(look, indicator, n))]


def facts(look: Look, indicator: Indicator, n: int) -> list[Any]:
    """How many facts: cases and calls are counted in their own word."""
    key = "parting.n" if indicator.subject in ("case", "message") else "why.n"
    return [html.Small(look.say(key, n=formats.digits(n, 0)), className="t3")]


def name_of(look: Look, found: Decomposition, one: Part, asked: Asked) -> Any:
    """A part's name: a region leads to its own reasons, a class, an agency or a channel to those of its cases alone."""
    if not one.key:
        return look.read(one.name)
    if found.by == "region":
        return links.link(look.read(one.name), links.to_why(look.view, found.indicator.key, one.key, asked.against, asked.by))
    name = parting.named(look, found.by, one.key, one.name)
    field: Field | None = next((known for known in FIELDS if known == found.by), None)
    if field is None or not applies(found.indicator):
        return name
    scope = replace(look.view.scope, filters=toggled(look.view.scope.filters, field, one.key))
    return links.link(name, href(replace(look.view, scope=scope)))


def bar(found: Decomposition, start: float, step: float, ends: tuple[float, float]) -> html.Span:
    """A part's step, from where the one above ended."""
    whole_ = ends[1] - ends[0]
    left, width = (min(start, start + step) - ends[0]) / whole_ * 100, abs(step) / whole_ * 100
    better = found.indicator.better
    tone = "plain" if better == "neither" or not step else "better" if (step > 0) == (better == "higher") else "worse"
    foot = html.B(style={"left": f"{(start + step - ends[0]) / whole_ * 100:.2f}%"})
    return html.Span([foot, html.I(style={"left": f"{left:.2f}%", "width": f"{max(width, 0.2):.2f}%"}, className=tone)],
                     className="fall")


def body(look: Look, found: Decomposition, asked: Asked) -> list[Any]:
    """The page's one part."""
    return part(look.say("why.title"), reasons(look, found, asked))
