"""One device: what it says now, against its thresholds, over the last day."""

from typing import Any

from dash import html

from data_access.devices import Channel, DeviceRecord
from indicators.pictures import Picture
from indicators.reading import TargetState
from layouts import ages, figures, formats, links, states
from layouts.drawer import origin, pairs, sheet, state
from layouts.drawer_picture import CAMERA, SEEING, blind, picture
from layouts.look import Look

MOST = 3
NO_PICTURE = Picture()
HEIGHTS = {1: 190, 2: 120, 3: 84}
POINTS = 160


def device(look: Look, record: DeviceRecord, seen: Picture = NO_PICTURE) -> list[Any]:
    """Draw the record, and what its camera sees."""
    shape, tone, word = states.device_state("offline" if blind(record) else record.health(look.now), look.language)
    mark = state(shape, tone, word) if record.enabled else state("archive", "quiet", look.say("device.disabled"))
    channels, silent = record.channels[:MOST], record.enabled and record.health(look.now) == "offline"
    body: list[Any] = [channel(look, one, HEIGHTS[len(channels)], record.kind_key == CAMERA, silent) for one in channels] or [
        html.P(look.say("device.silent"), className="t3")]
    return sheet(look, [mark, *states.simulated(record.simulated, look.language)], "",
                 f"{look.read(record.kind)} {record.code}", [*picture(look, record, seen), *body, facts(look, record)])


def channel(look: Look, one: Channel, height: int, camera: bool = False, silent: bool = False) -> html.Div:
    """One property: name, value, state, course. Whether a camera sees is a yes or a no.

    What a silent device said is its last word, set back and without a state: nobody knows whether it still holds.
    """
    shape, tone, word = states.device_state(one.health, look.language)
    limits = not silent and (one.watch is not None or one.alarm is not None)
    right = [html.B([states.glyph(shape, tone), " ", word], className=f"st {tone}")] if limits else []
    seeing = camera and one.key == SEEING
    value = look.say("picture.sees" if one.value else "picture.blind") if seeing else formats.plain(one.value)
    close = not seeing and one.unit in formats.CLOSE
    said = [html.Span(formats.with_unit(value, one.unit) if close else value, className="v t3" if silent else "v"),
            html.Span("" if seeing or close else one.unit, className="u")]
    return html.Div([
        html.Div([html.Div([html.Span(look.read(one.name)), html.Span(
            [*([f"{look.say('dead.last')} · "] if silent else []), ages.age(look, one.observed_at)], className="t3")],
                           className="name"),
                  *said,
                  html.Div(right, className="m")], className="big"),
        *course(look, one, height, silent),
    ], className="channel")


def course(look: Look, one: Channel, height: int, silent: bool) -> list[Any]:
    """Its last day, thinned to what the chart can show; nothing when it spoke but once."""
    if len(one.series) < 2:
        return []
    every = max(len(one.series) // POINTS, 1)
    series = one.series[::-1][::every][::-1]  # from the end, so that the newest is always there
    start = series[0][0]
    states_of: dict[str, TargetState] = {"watch": "watch", "alarm": "watch"}  # an alarm is a square of the watch colour
    figure = figures.course(
        [round((at - start).total_seconds()) for at, _ in series], [value for _, value in series],
        watch=one.watch, alarm=one.alarm,
        watch_label=threshold(look, "device.watch_line", one.watch, one.unit),
        alarm_label=threshold(look, "device.alarm_line", one.alarm, one.unit),
        state=None if silent else states_of.get(one.health), width=figures.WIDE, height=height)
    begin, end = series[0][0], series[-1][0]
    words = [f"{formats.clock(at, look.zone)} · {formats.sensed(value, one.unit)}" for at, value in series]
    return [figures.graph(figures.spoken(figure, words), look.read(one.name)),
            html.Div([html.Span(formats.moment(begin, look.now, look.zone, look.language)),
                      html.Span(look.say("device.observations", n=formats.digits(one.observations, 0))),
                      html.Span(formats.clock(end, look.zone))], className="ends")]


def threshold(look: Look, key: str, value: float | None, unit: str) -> str:
    """A threshold's label in the chart."""
    return "" if value is None else f"{look.say(key)} {formats.with_unit(formats.threshold(value), unit)}"


def facts(look: Look, record: DeviceRecord) -> html.Dl:
    """Place, interval, age, source."""
    place = links.link(look.place(record.region_id), links.to_region(look.view, look.city.regions[record.region_id].code))
    return pairs([
        (look.say("device.name"), record.name),
        (look.say("case.place"), place),
        (look.say("device.interval"), formats.span(record.interval, look.language)),
        (look.say("device.installed"), ages.at_time(look, record.installed_at)),
        (look.say("trace"), html.Span(
            links.link(look.read(record.source), links.to_source(look.view, record.source_key)) if record.trace is None
            else origin(look, record.trace), className="t3")),
    ])
