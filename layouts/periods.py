"""Periods in words: what each is called, from when to when it goes, what it is compared with, and the choice of them."""

from datetime import UTC, datetime, time, timedelta

from dash import html

from indicators import periods, windows
from indicators.scope import PERIODS, Window
from layouts import formats, ids, links
from layouts.field import Input
from layouts.look import Look
from layouts.view import href

OFFERED = tuple(window for window in PERIODS if window != "24h")   # a day that begins at no midnight belongs to walls
SOON = timedelta(microseconds=1)
NOON = time(12)       # of a day that is only named
WEEK, MONTH = 7, 31   # days


def named(look: Look, window: Window) -> str:
    """What a period is called; two dates are their own name, with their years where they are not all this year."""
    if window in PERIODS:
        return look.say(f"period.{window}")
    days = periods.between(window)
    ends = [datetime.combine(day, NOON, look.zone) for day in dict.fromkeys((days.first, days.last))]
    years = len({at.year for at in (*ends, look.now.astimezone(look.zone))}) > 1
    names = [dated(look, at, years) for at in ends]
    return names[0] if len(names) == 1 else look.say("period.span", first=names[0], last=names[1])


def since(window: Window) -> str:
    """The key of the words for the period before; that of a day, a week or a month says which it is."""
    if window in PERIODS:
        return f"since.{window}"
    days = periods.between(window)
    if days.whole_months and days.count <= MONTH:
        return "since.whole_month"
    return {1: "since.24h", WEEK: "since.7d"}.get(days.count, "since.dates")


def told(look: Look) -> str:
    """The days of the view's period: 10 月 25 日—11 月 23 日 · 末段未完."""
    frame = windows.frame(look.view.scope.window, look.zone, look.now)
    first, last = frame.whole.start, min(frame.whole.end - SOON, look.now) if frame.running else frame.whole.end - SOON
    return " · ".join([between(look, first, last), *([look.say("period.running")] if frame.running else [])])


def between(look: Look, first: datetime, last: datetime) -> str:
    """Two days, with their years where they are not all this year; hours where they are not whole days."""
    here = [at.astimezone(look.zone) for at in (first, last, look.now)]
    years = len({at.year for at in here}) > 1
    begin, end = (dated(look, at, years) for at in (first, last))
    if last - first < timedelta(days=1):
        begin = f"{begin} {formats.clock(first, look.zone)}"
        end = formats.clock(last, look.zone) if here[0].date() == here[1].date() else f"{end} {formats.clock(last, look.zone)}"
    return begin if begin == end else look.say("period.span", first=begin, last=end)


def dated(look: Look, at: datetime, year: bool) -> str:
    """A day, with its year where it is needed."""
    day = formats.day(at, look.zone, look.language)
    if not year:
        return day
    number = at.astimezone(look.zone).year
    return f"{number} 年 {day}" if look.language == "zh" else f"{day} {number}"


def choice(look: Look) -> html.Div:
    """The periods to choose from, and a form for two free dates."""
    window = look.view.scope.window
    offered = OFFERED if window in OFFERED or window not in PERIODS else (window, *OFFERED)
    return html.Div([
        html.Span(look.say("period"), className="unseen", id=ids.name(ids.PAGE_PERIOD)),
        *(html.B(named(look, one), **{"aria-current": "true"}) if one == window
          else links.link(named(look, one), links.to_window(look.view, one)) for one in offered),
        free(look),
    ], className="periods", role="group", **{"aria-labelledby": ids.name(ids.PAGE_PERIOD)})


def free(look: Look) -> html.Details:
    """Two days of one's own, in place of the period."""
    window = look.view.scope.window
    chosen = window not in PERIODS
    label = named(look, window) if chosen else look.say("period.free")
    summary = html.Summary(html.B(label, **{"aria-current": "true"}) if chosen else label)
    return html.Details([summary, form(look, "p", ends(look))], className="free", **{"data-menu": ""})


def form(look: Look, key: str, days: tuple[str, str]) -> html.Form:
    """Two days to be chosen, for a key of the query; assets/page.js goes there without loading the page anew."""
    today = look.now.astimezone(look.zone).date().isoformat()
    fields = [html.Label([html.Span(look.say(f"period.{name}")),
                          Input(type="date", name=name, required=True, defaultValue=day, max=today)])
              for name, day in zip(("from", "to"), days, strict=True)]
    return html.Form([*fields, html.Button(look.say("period.show"), type="submit", className="btn pri")],
                     action=href(look.view), method="get", **{"data-period": key})


def ends(look: Look) -> tuple[str, str]:
    """The first and the last day of the view's period, as a form has them."""
    frame = windows.frame(look.view.scope.window, look.zone, look.now)
    last = min(frame.whole.end - SOON, look.now.astimezone(UTC))
    return windows.day_of(frame.whole.start, look.zone).isoformat(), windows.day_of(last, look.zone).isoformat()
