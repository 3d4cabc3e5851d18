"""The live doors of a source: how each stands, how much comes by it, how late, and what went wrong last."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.doors import Door, Standing
from layouts import ages, formats, states
from layouts.drawer import way
from layouts.look import Look
from layouts.page import Column, part, table

SHAPES: dict[Standing, tuple[states.Shape, states.Tone]] = {
    "lost": ("dead", "dead"), "silent": ("stale", "stale"), "up": ("good", "good"), "open": ("good", "good"),
}
GONE = ("lost", "silent")
COLUMNS = ("door", "standing", "last", "rate", "lag", "messages", "error")
NUMBERS = ("rate", "lag", "messages")


def section(look: Look, doors: Sequence[Door]) -> list[Any]:
    """The part of a source's page about its doors; nothing where it has none."""
    if not doors:
        return []
    columns = [Column(look.say(f"doors.{name}"), "number" if name in NUMBERS else "text", look.say(f"doors.{name}"), name=name)
               for name in COLUMNS]
    return part(look.say("doors.title"), [table(columns, [row(look, one) for one in doors], look.say("doors.title"),
                                                "doors-grid")])


def row(look: Look, one: Door) -> list[Any]:
    """One door."""
    running = one.standing(look.now) != "silent"
    return [
        called(look, one), standing(look, one),
        formats.NONE if one.last_at is None else ages.age(look, one.last_at),
        rate(one.rate) if running else formats.NONE,
        formats.NONE if one.lag is None else formats.span(one.lag, look.language),
        formats.digits(one.messages, 0), error(look, one),
    ]


def called(look: Look, one: Door) -> str:
    """The door's name, with the key that tells it from others of its kind."""
    return way(look, one.door) if one.name == one.door else f"{way(look, one.door)} · {one.name}"


def standing(look: Look, one: Door) -> html.Span:
    """How it stands, and since when; what nobody knows any more was known until some instant."""
    found = one.standing(look.now)
    shape, tone = SHAPES[found]
    at = one.told_at if found == "silent" else one.since
    return html.Span([html.B([states.glyph(shape, tone), " ", look.say(f"doors.{found}")], className=tone), " ",
                      html.Small([look.say("doors.since"), " ", ages.at_time(look, at)], className="t3")])


def rate(a_second: float) -> str:
    """Messages a second: few of them with as many figures as tell something; of none there is nothing to tell."""
    return formats.digits(a_second, 0 if a_second >= 100 or a_second == 0 else 1 if a_second >= 1 else 2)


def error(look: Look, one: Door) -> Any:
    """What went wrong last, and when."""
    if one.error is None:
        return formats.NONE
    at = [] if one.error_at is None else [html.Small(ages.at_time(look, one.error_at), className="t3")]
    return html.Span([one.error, *at])


def brief(look: Look, doors: Sequence[Door]) -> list[Any]:
    """The doors in a line each, below a source's state; those that stand alike are told once."""
    made: dict[str, Any] = {}
    for one in doors:
        found = one.standing(look.now)
        shape, tone = SHAPES[found]
        words = f"{way(look, one.door)} {look.say(f'doors.{found}')}"
        made.setdefault(words, html.Small([states.glyph(shape, tone), " ", words], className=tone if found in GONE else "t3"))
    return list(made.values())


def gone(look: Look, doors: Sequence[Door]) -> int:
    """How many of the doors are not there."""
    return sum(one.standing(look.now) in GONE for one in doors)
