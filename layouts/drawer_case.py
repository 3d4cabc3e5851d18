"""One case: its clock, its steps, its place, who has it, and the row it came from."""

from datetime import timedelta
from typing import Any

from dash import html

from data_access.cases import CaseLine, CaseRecord, Step
from indicators.filters import NOBODY
from layouts import ages, formats, links, picking, states
from layouts.drawer import origin, pairs, sheet, state
from layouts.look import Look
from layouts.words import WORDS

COURSE = ("reported", "registered", "dispatched", "disposed", "verified", "closed")  # GB/T 30428
MOST = 9


def case(look: Look, record: CaseRecord) -> list[Any]:
    """Draw the record."""
    line = record.line
    shape, tone, word = states.case_state(look, line)
    return sheet(look, [state(shape, tone, word), *states.simulated(line.simulated, look.language)], line.external_id,
                 look.read(line.class_name),
                 [timer(look, line), steps(look, record), facts(look, record)])


def timer(look: Look, line: CaseLine) -> html.Div:
    """How long it has taken and how long it may take."""
    until = line.closed_at if line.closed_at and line.closed_at <= look.now else None
    used: Any = (ages.elapsed(look, line.reported_at) if until is None
                 else formats.stopwatch(until - line.reported_at, look.language))
    right: list[Any] = [html.Span(look.say("no_clock"), className="t2")]
    if line.due_at is not None:
        right = [html.Div(look.say("case.limit", at=formats.moment(line.due_at, look.now, look.zone, look.language)),
                          className="t2"), html.B(remaining(look, line))]
    return html.Div([
        html.Div([html.Span(used, className="v"), html.Span(look.say("case.elapsed"), className="u"),
                  html.Div(right, className="m")], className="big"),
        progress(look, line)], className="timer")


def remaining(look: Look, line: CaseLine) -> Any:
    """What is left: nothing runs once it is closed or suspended."""
    if line.closed_at is not None and line.closed_at <= look.now:
        on_time = line.due_at is not None and line.closed_at <= line.due_at
        return look.say("agency.on_time") if on_time else look.say("case.over")
    if line.suspended_at is not None:
        return look.say("case.paused")
    return "" if line.due_at is None else ages.due(look, line.due_at)


def progress(look: Look, line: CaseLine) -> Any:
    """The share of its time that is used, to the nearest twentieth so that it need not be redrawn every second."""
    if line.due_at is None or line.due_at <= line.reported_at:
        return ""
    until = min(line.closed_at or look.now, look.now)
    share = (until - line.reported_at) / (line.due_at - line.reported_at)
    _, tone, _ = states.case_state(look, line)
    return html.Div(html.I(className=tone, style={"width": f"{min(max(round(share * 20) * 5, 0), 100)}%"}), className="prog")


def steps(look: Look, record: CaseRecord) -> html.Ol:
    """The steps taken, then those still to come; of a long course the latest."""
    taken = record.steps[-MOST:]
    left_out = len(record.steps) - len(taken)
    earlier = [html.Li([html.I(), html.Span(look.say("case.steps_more", n=left_out), className="t3")])] if left_out else []
    before: list[Step | None] = [None if not left_out else record.steps[left_out - 1], *taken[:-1]]
    last = len(taken) - 1
    ended = record.line.closed_at is not None
    done = [step(look, one, None if previous is None else one.at - previous.at, at == last and not ended)
            for at, (one, previous) in enumerate(zip(taken, before, strict=True))]
    room = max(MOST - len(taken), 0)
    return html.Ol([*earlier, *done, *(coming(look, name) for name in ahead(record)[:room])], className="tl")


def ahead(record: CaseRecord) -> tuple[str, ...]:
    """The steps of the regular course that have not been taken."""
    if record.line.closed_at is not None:
        return ()
    reached = max((COURSE.index(one.step) for one in record.steps if one.step in COURSE), default=-1)
    return COURSE[reached + 1:]


def step(look: Look, one: Step, took: timedelta | None, current: bool) -> html.Li:
    """A step taken: when, what, by whom, how long after the one before."""
    who = " · ".join(part for part in (look.read(one.agency) if one.agency else "", one.actor or "", one.note or "") if part)
    return html.Li([
        states.glyph("open" if current else "good", "plain" if current else "good"),
        ages.at_time(look, one.at), html.B(look.say(f"case.{one.step}")), html.Span(who, className="t2", title=who),
        html.Span(formats.NONE if took is None else formats.span(took, look.language), className="t2 took"),
    ], className="now" if current else "")


def coming(look: Look, name: str) -> html.Li:
    """A step still to come."""
    return html.Li([states.glyph("open", "quiet"), html.Span(), html.B(look.say(f"case.{name}"))], className="todo")


def facts(look: Look, record: CaseRecord) -> html.Dl:
    """Place, class, channel, agency, messages, and the row it came from."""
    line = record.line
    place = links.link(look.place(line.region_id), links.to_region(look.view, look.city.regions[line.region_id].code))
    agency: Any = picking.pick(look, "agency", NOBODY, look.say("case.unassigned"))
    if line.agency is not None and line.agency_code is not None:
        agency = [links.link(look.read(line.agency), links.to_drawer(look.view, "agency", line.agency_code)),
                  picking.pick(look, "agency", line.agency_code, look.say("filter.apply"))]
    _, _, word = states.case_state(look, line)
    return pairs([
        (look.say("case.place"), [place, f" · {record.address}" if record.address else ""]),
        (look.say("case.own"), line.title),
        (look.say("case.class"), picking.pick(look, "class", line.class_code, look.read(line.class_name))),
        (look.say("case.state"), picking.state_word(look, line, word)),
        (look.say("case.channel"), picking.pick(look, "channel", record.channel, channel(look, record.channel))),
        (look.say("case.agency"), agency),
        (look.say("case.messages"), str(record.messages) if record.messages else None),
        (look.say("trace"), html.Span(origin(look, record.trace), className="t3")),
    ])


def channel(look: Look, key: str) -> str:
    """A channel's name; one that the interface has no word for keeps its own."""
    return look.say(f"channel.{key}") if f"channel.{key}" in WORDS else key
