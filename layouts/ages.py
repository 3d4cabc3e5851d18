"""Instants that the browser lets age: the element holds the instant, the script the passing of time.

The text drawn here is the absolute time, right for ever, and what is seen should the script not run.
"""

from datetime import datetime
from typing import Any

from dash import html

from indicators.reading import Reading
from layouts import formats
from layouts.look import Look


def iso(at: datetime) -> str:
    """An instant for the scripts."""
    return at.isoformat(timespec="seconds")


def ticking(look: Look, at: datetime, how: str) -> html.Time:
    """An instant that the script rewrites every second, in the way its attribute names."""
    return html.Time(formats.moment(at, look.now, look.zone, look.language), **{f"data-{how}": iso(at)})


def age(look: Look, at: datetime) -> html.Time:
    """How long ago: 8 秒前."""
    return ticking(look, at, "age")


def since(look: Look, at: datetime) -> html.Time:
    """How long it has lasted: 47 分钟."""
    return ticking(look, at, "since")


def elapsed(look: Look, at: datetime) -> html.Time:
    """How long a clock has run: 0:38."""
    return ticking(look, at, "elapsed")


def due(look: Look, at: datetime) -> html.Time:
    """What is left of a clock, or how far it is over: 剩 1:22."""
    return ticking(look, at, "due")


def at_time(look: Look, at: datetime) -> html.Time:
    """An instant as it is: 08:55."""
    return html.Time(formats.moment(at, look.now, look.zone, look.language))


def brief(look: Look, at: datetime) -> html.Time:
    """An instant in a narrow column; the whole of it on request."""
    return html.Time(formats.brief(at, look.now, look.zone, look.language),
                     title=f"{formats.date(at, look.zone, look.language)} {formats.clock(at, look.zone)}")


def data_age(look: Look, reading: Reading) -> list[Any]:
    """The age of a reading's data, or the year it speaks of; nothing where there is no datum."""
    if reading.period is not None and (reading.indicator.archive or reading.indicator.stale_after is None):
        return [html.Span(look.read(reading.period))]
    if reading.data_at is None or reading.status in ("no_data", "not_applicable"):
        return []
    if reading.status == "stale":
        return [html.Span(look.say("stale.data_of", at=formats.moment(reading.data_at, look.now, look.zone, look.language)))]
    if reading.status == "dead":
        return [html.Span(look.say("dead.since", at=formats.moment(reading.data_at, look.now, look.zone, look.language)))]
    return [age(look, reading.data_at)]

