"""What a file says of itself: what it counts and how, where and when, from whom, whether simulated, and when it was made."""

from datetime import datetime

from data_access.feeders import feeders
from data_access.sources import Source
from indicators.definition import Indicator
from indicators.reading import Reading
from indicators.windows import frame
from layouts import drawer_indicator, formats
from layouts.look import Look
from live.desk import Desk
from live.exports.sheet import Facts


def of_indicator(desk: Desk, indicator: Indicator, reading: Reading) -> Facts:
    """Of one indicator's table. Raises: DataUnavailable."""
    look = desk.look
    known = {source.key: source for source in desk.sources()}
    senders = [known[key] for key in feeders(desk.engine, indicator) if key in known]
    return [
        (look.say("about.title"), look.read(indicator.title)),
        (look.say("about.definition"), look.read(indicator.definition)),
        *scope(look),
        (look.say("about.value"), str(formats.quantity(reading.value, indicator, look.language))),
        (look.say("about.n"), formats.digits(reading.n, 0)),
        (look.say("about.target"), drawer_indicator.target(look, indicator)),
        (look.say("about.source"), "; ".join(told(look, source) for source in senders)),
        simulated(look, reading.simulated),
        *([] if reading.data_at is None else [(look.say("about.data_at"), instant(look, reading.data_at))]),
        *made(desk),
    ]


def of_scope(desk: Desk, title: str, *, marked: bool) -> Facts:
    """Of a table of many indicators, any of them simulated or none. Raises: DataUnavailable."""
    look = desk.look
    return [
        (look.say("about.title"), title), *scope(look), simulated(look, marked),
        (look.say("about.source"), "; ".join(told(look, source) for source in desk.sources() if source.taken)), *made(desk),
    ]


def scope(look: Look) -> Facts:
    """Where, when, and filtered by what."""
    path = look.city.path(look.region)
    filters = "; ".join(f"{look.say(f'filter.{one.field}')}: {', '.join(one.values)}" for one in look.view.scope.filters)
    return [
        (look.say("about.region"), f"{' › '.join(look.read(region.name) for region in path)} ({look.region.code})"),
        (look.say("about.period"), period(look)),
        *([(look.say("about.filters"), filters)] if filters else []),
    ]


def period(look: Look) -> str:
    """From when to when, by the city's clock."""
    whole = frame(look.view.scope.window, look.zone, look.now).whole
    return f"{instant(look, whole.start)} – {instant(look, min(whole.end, max(look.now, whole.start)))}"


def told(look: Look, source: Source) -> str:
    """A source with its owner and licence."""
    return f"{look.read(source.name)} ({source.owner}, {source.licence})"


def simulated(look: Look, marked: bool) -> tuple[str, str]:
    """Whether any of it is simulated."""
    return look.say("about.simulated"), look.say("about.simulated.yes" if marked else "about.simulated.no")


def made(desk: Desk) -> Facts:
    """When it was made, and by whose clock."""
    look = desk.look
    return [(look.say("about.made"), instant(look, desk.tick.now)), (look.say("about.zone"), str(look.zone))]


def local(look: Look, at: datetime | None) -> datetime | None:
    """An instant by the city's clock, as a cell has it."""
    return None if at is None else at.astimezone(look.zone).replace(tzinfo=None, microsecond=0)


def instant(look: Look, at: datetime) -> str:
    """An instant by the city's clock, to the minute."""
    return at.astimezone(look.zone).strftime("%Y-%m-%d %H:%M")
