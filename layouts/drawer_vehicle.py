"""One vehicle of public transport: its line, where it is going, and how it keeps its timetable."""

from datetime import timedelta
from typing import Any

from dash import html

from data_access.vehicles import State, VehicleRecord
from indicators.clocks import PUNCTUAL
from layouts import ages, formats, links, states
from layouts.drawer import big, origin, pairs, sheet, state
from layouts.look import Look

MARKS: dict[State, tuple[states.Shape, states.Tone]] = {
    "running": ("good", "good"), "late": ("watch", "watch"), "stale": ("stale", "stale")}


def vehicle(look: Look, record: VehicleRecord) -> list[Any]:
    """Draw the record."""
    return sheet(look, [mark(look, record), *states.simulated(record.trace.simulated, look.language)], "", title(look, record),
                 [*against(look, record), facts(look, record)])


def title(look: Look, record: VehicleRecord) -> str:
    """The line and where it goes; a vehicle of no line goes by its own name."""
    kind = look.say(f"mode.{record.mode}") if record.mode else look.say("vehicle")
    if record.line is None:
        return f"{kind} {record.label or record.name}"
    return f"{kind} {record.line}" + (f" · {look.say('vehicle.to', n=record.headsign)}" if record.headsign else "")


def mark(look: Look, record: VehicleRecord) -> html.B:
    """How it stands: an old position says nothing of being on time."""
    found = record.state(look.now)
    if found is None:
        return state("archive", "quiet", look.say("vehicle.gone"))
    shape, tone = MARKS[found]
    if found == "stale":
        return state(shape, tone, look.say("vehicle.stale"))
    return state(shape, tone, kept(look, record.delay_s)) if record.delay_s is not None else state(
        "open", "quiet", look.say("vehicle.running"))


def kept(look: Look, delay_s: int) -> str:
    """Whether a delay is on time, early or late, as the indicator has it."""
    if PUNCTUAL[0].total_seconds() <= delay_s <= PUNCTUAL[1].total_seconds():
        return look.say("vehicle.on_time")
    return look.say("vehicle.late" if delay_s > 0 else "vehicle.early",
                    time=formats.span(timedelta(seconds=abs(delay_s)), look.language))


def against(look: Look, record: VehicleRecord) -> list[Any]:
    """Its delay, large, in minutes with their sign; nothing where it is not known."""
    if record.delay_s is None:
        return []
    minutes = record.delay_s / 60
    figures = f"{'+' if minutes > 0 else '−' if minutes < 0 else ''}{formats.digits(abs(minutes), 1)}"
    return [big(figures, "min" if look.language == "en" else "分钟", [look.say("vehicle.delay")])]


def facts(look: Look, record: VehicleRecord) -> html.Dl:
    """Line, trip, next stop, place and the age of the position."""
    place = links.link(look.place(record.region_id), links.to_region(look.view, look.city.regions[record.region_id].code))
    by_stop = [html.Div(look.say("vehicle.by_stop"), className="t3")] if record.placed_by_stop else []
    return pairs([
        (look.say("vehicle.line"), " · ".join(name for name in (record.line, record.line_name) if name)),
        (look.say("vehicle.headsign"), record.headsign),
        (look.say("vehicle.at_stop" if record.at_stop else "vehicle.stop"), stop(look, record)),
        (look.say("vehicle.position"), [html.Span([ages.age(look, record.observed_at)]), " · ", place, *by_stop]),
        (look.say("vehicle.speed"), None if record.speed_kmh is None else f"{formats.digits(record.speed_kmh, 0)} km/h"),
        (look.say("vehicle.trip"), record.trip),
        (look.say("vehicle"), " · ".join(dict.fromkeys(name for name in (record.label, record.name) if name))),
        (look.say("trace"), html.Span(origin(look, record.trace), className="t3")),
    ])


def stop(look: Look, record: VehicleRecord) -> str | None:
    """Its next stop and when it is expected there."""
    if record.next_stop is None or record.next_stop_at is None or record.at_stop:
        return record.next_stop
    return f"{record.next_stop} · {look.say('vehicle.stop_at', time=formats.clock(record.next_stop_at, look.zone))}"
