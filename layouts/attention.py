"""The band of what needs action now: three things, on a very wide wall five, the most urgent first; quiet when there is none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from data_access.attention import Attention
from data_access.devices import Alarm
from indicators.reading import Reading
from layouts import ages, formats, ids, links, states
from layouts.look import Look

MOST = 3
WIDE = 5    # what a very wide wall has room for; the style sheet hides the rest elsewhere


def attention(look: Look, items: Sequence[Attention]) -> list[Any]:
    """Draw the band."""
    if not items:
        return [html.Div(look.say("attention.none"), className="h quiet", id=ids.name(ids.ATTENTION)),
                html.Div(look.say("attention.checked"), className="quiet")]
    return [
        html.Div([look.say("attention"), html.B(str(len(items))), html.Span(look.say("attention.order"))], className="h",
                 id=ids.name(ids.ATTENTION)),
        html.Ol([html.Li(item(look, number, one), className="wide" if number > MOST else "", **{"data-item": name(one)})
                 for number, one in enumerate(items[:WIDE], start=1)]),
        *more(look, len(items) - MOST, "more not-wide"), *more(look, len(items) - WIDE, "more wide"),
    ]


def more(look: Look, left: int, name: str) -> list[Any]:
    """How many things are left, which leads to all of them; nothing where none is."""
    if left <= 0:
        return []
    return [links.link(look.say("attention.more", n=left), links.to_drawer(look.view, "attention"), className=name)]


def name(one: Attention) -> str:
    """What tells one thing from another, whatever its numbers do: by it the browser knows what is new."""
    if one.warning is not None:
        return f"warning {one.warning.external_id}"
    if one.alarm is not None:
        return f"alarm {one.alarm.kind.en if one.count > 1 else one.alarm.device_code}"
    if one.source is not None:
        return f"source {one.source.en}"
    if one.reading is not None:
        return f"indicator {one.reading.indicator.key}"
    return f"overdue {one.region_id}"


def item(look: Look, number: int, one: Attention) -> Any:
    """One thing: shape, number, what and where, since when; it leads to its record."""
    shape, tone = appearance(one)
    what, detail = described(look, one)
    return links.link(
        [states.glyph(shape, tone), html.Span(str(number), className=f"no {tone}"), html.Span(what, className="what"),
         html.Small([html.Span(detail), *([states.short_mark(look.language)] if one.simulated else [])])],
        address(look, one), className="item")


def appearance(one: Attention) -> tuple[states.Shape, states.Tone]:
    """The shape and colour of a kind."""
    if one.kind == "source":
        return "dead", "dead"
    if one.kind == "alarm":
        return "alarm", "watch"
    return "bad", "bad"


def described(look: Look, one: Attention) -> tuple[str, list[Any]]:
    """What is the matter, in one line; and the detail beside it."""
    if one.warning is not None:
        severity = look.say(f"severity.{one.warning.severity}")
        return look.read(one.warning.headline), [f"{severity} · ", ages.since(look, one.since)]
    if one.alarm is not None:
        what, detail = alarmed(look, one.alarm, one.count)
        return what, [f"{detail} · ", ages.since(look, one.since)]
    if one.source is not None:
        return look.say("attention.source", source=look.read(one.source)), [ages.since(look, one.since)]
    if one.reading is not None:
        return worsened(look, one.reading, one.since)
    place = look.spot(one.region_id) if one.region_id is not None else ""
    return look.say("attention.overdue", place=place, n=formats.digits(one.count, 0)), [
        look.say("attention.longest", time=formats.span(look.now - one.since, look.language)), " · ", holder(look, one)]


def holder(look: Look, one: Attention) -> str:
    """Who has most of a place's overdue cases."""
    return look.say("attention.nobody") if one.holder is None else look.say("attention.holder", agency=look.read(one.holder))


def worsened(look: Look, reading: Reading, since: datetime) -> tuple[str, list[Any]]:
    """An indicator that gets worse: where, what and how much; against which target, by how much, and since when."""
    indicator = reading.indicator
    change = formats.change(indicator, reading.comparable, reading.previous, look.language)
    told = [f"{look.say('target')} {formats.target(indicator)}", *([f"{change.arrow} {change.size}".strip()] if change else [])]
    place = look.say("attention.everywhere") if look.region.parent_id is None else look.read(look.region.name)
    what = look.say("attention.worse", place=place, indicator=look.read(indicator.title),
                    value=formats.quantity(reading.value, indicator, look.language))
    return what, [f"{' · '.join(told)} · ", ages.since(look, since)]


def alarmed(look: Look, alarm: Alarm, count: int) -> tuple[str, str]:
    """A device in alarm: where, what, how much, against which limit; or many of a kind by their worst."""
    value, place, device = formats.sensed(alarm.value, alarm.unit), look.spot(alarm.region_id), look.read(alarm.kind)
    if count > 1:
        return look.say("attention.alarms", device=device, n=count), look.say("attention.worst", value=value, place=place)
    limit = look.say("attention.limit", value=formats.threshold(alarm.threshold))
    return look.say("attention.alarm", place=place, device=device, value=value), f"{look.read(alarm.property)} · {limit}"


def address(look: Look, one: Attention) -> str:
    """Where the item leads: to its record, or to the region it is about."""
    if one.warning is not None:
        return links.to_drawer(look.view, "warning", one.warning.external_id)
    if one.alarm is not None:
        return links.to_drawer(look.view, "device", one.alarm.device_code)
    if one.source is not None:
        return links.to_drawer(look.view, "sources")
    if one.reading is not None:
        return links.to_indicator(look.view, one.reading.indicator.key)
    code = look.region.code if one.region_id is None else look.city.regions[one.region_id].code
    return links.to_region(look.view, code)
