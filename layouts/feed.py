"""The running list of events and warnings, the newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from data_access.cases import CaseLine
from data_access.devices import Alarm
from data_access.warnings import Warning
from layouts import ages, formats, ids, links, picking, states
from layouts.look import Look

MOST = 14  # what a very wide wall shows; the style sheet hides what does not fit


def feed(look: Look, cases: Sequence[CaseLine], warnings: Sequence[Warning] = (), alarms: Sequence[Alarm] = ()) -> list[Any]:
    """Draw the feed: cases at their last step, warnings and alarms among them by time; filtered, cases alone."""
    if look.view.scope.filters:
        warnings, alarms = (), ()  # filters pick cases: the attention band still has whatever is grave
    entries: Sequence[CaseLine | Warning | Alarm] = (*cases, *warnings, *alarms)
    all_simulated = bool(entries) and all(entry.simulated for entry in entries)
    marked = not all_simulated  # one mark over the list, or one on each row that needs it
    rows = [(line.state_at, case_row(look, line, marked)) for line in cases]
    rows += [(warning.sent_at, warning_row(look, warning, marked)) for warning in warnings]
    rows += [(alarm.observed_at, alarm_row(look, alarm, marked)) for alarm in alarms]
    rows.sort(key=lambda pair: pair[0], reverse=True)
    return [heading(look, [at for at, _ in rows], all_simulated),
            html.Ul([row for _, row in rows[:MOST]]) if rows else html.P(look.say("feed.none"), className="t3")]


def heading(look: Look, instants: Sequence[datetime], simulated: bool) -> html.Header:
    """The feed's name, the mark of simulated rows, and the age of the newest."""
    newest = [ages.age(look, instants[0])] if instants else []
    bars = links.link(look.say("breakdown"), links.to_drawer(look.view, "breakdown"), className="chip")
    title = html.B(look.say("feed.filtered" if look.view.scope.filters else "feed"), id=ids.name(ids.FEED))
    return html.Header([title, bars,
                        html.Span([*states.simulated(simulated, look.language), *newest], className="age")])


def row(shape: states.Shape, tone: states.Tone, word: Any, at: Any, title: list[Any], place: str, who: Any,
        limit: Any, address: str, name: str) -> html.Li:
    """One row: shape, state, time, what, where, who, clock. All of it opens the record, but for what filters."""
    return html.Li(
        [links.link(html.Span(f"{name} · {place}", className="unseen"), address, className="open"),
         states.glyph(shape, tone), html.B(word, className=tone), at, html.Span(title, className="title"),
         html.Span(place, className="t2 where"), html.Span(who, className="t2 who"), html.Span(limit, className=f"lim {tone}")],
        key=address)  # so that a row stays what it is when others come above it


def case_row(look: Look, line: CaseLine, marked: bool) -> html.Li:
    """A case at its last step."""
    shape, tone, word = states.case_state(look, line)
    kind = look.read(line.class_name)
    who = "" if line.agency is None or line.agency_code is None else picking.pick(
        look, "agency", line.agency_code, look.read(line.agency))
    return row(shape, tone, picking.state_word(look, line, word), ages.brief(look, line.state_at),
               [picking.pick(look, "class", line.class_code, kind), *own(line),
                *states.simulated(marked and line.simulated, look.language)],
               look.spot(line.region_id), who, clock(look, line), links.to_drawer(look.view, "case", str(line.case_id)), kind)


def own(line: CaseLine) -> list[html.Span]:
    """What the sender called the case, where that says something that its class does not."""
    title = says_more(line)
    return [] if title is None else [html.Span(title, className="t3 own")]


def says_more(line: CaseLine) -> str | None:
    """The sender's title, unless it begins with the name of the class in either language."""
    begins = line.title.lower().startswith((line.class_name.zh.lower(), line.class_name.en.lower()))
    return None if begins else line.title


def clock(look: Look, line: CaseLine) -> Any:
    """What is left of the case's clock, or how long it took."""
    if line.closed_at is not None and line.closed_at <= look.now:
        return look.say("took", time=formats.span(line.closed_at - line.reported_at, look.language))
    if line.suspended_at is not None:
        return look.say("case.paused")
    return look.say("no_clock") if line.due_at is None else ages.due(look, line.due_at)


def warning_row(look: Look, warning: Warning, marked: bool) -> html.Li:
    """A public warning."""
    grave = warning.severity in ("extreme", "severe")
    tone: states.Tone = "bad" if grave else "watch" if warning.severity == "moderate" else "plain"
    expires = formats.moment(warning.expires_at, look.now, look.zone, look.language)
    return row("bad" if grave else "watch", tone, look.say("warning"), ages.brief(look, warning.sent_at),
               [look.read(warning.headline), *states.simulated(marked and warning.simulated, look.language)],
               look.place(warning.region_id), look.say(f"severity.{warning.severity}"), look.say("until", at=expires),
               links.to_drawer(look.view, "warning", warning.external_id), look.read(warning.headline))


def alarm_row(look: Look, alarm: Alarm, marked: bool) -> html.Li:
    """A device in alarm."""
    title = f"{look.read(alarm.property)} {formats.sensed(alarm.value, alarm.unit)}"
    return row("alarm", "watch", look.say("device.alarm"), ages.brief(look, alarm.observed_at),
               [title, *states.simulated(marked and alarm.simulated, look.language)], look.spot(alarm.region_id),
               look.read(alarm.kind), look.say("attention.limit", value=formats.threshold(alarm.threshold)),
               links.to_drawer(look.view, "device", alarm.device_code), title)
