"""Service alerts as rows of `warnings`: what is announced to the public, for whom, from when until when."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from google.transit.gtfs_realtime_pb2 import Alert, FeedEntity, TranslatedString

from doors.gtfs.clock import instant
from doors.gtfs.schedule import Schedule
from doors.gtfs.vehicles import written
from indicators.text import Text

Row = dict[str, Any]
Place = tuple[float, float]
Home = Callable[[Sequence[Place]], str]     # the smallest region around some places; the city's around none

LONGEST = 500
OPEN_ENDED = timedelta(days=1)      # an alert without an end holds for so long from when it was last heard
MOST_PLACES = 500
MOST_LANGUAGES = 100
SEVERITY = {Alert.INFO: "minor", Alert.WARNING: "moderate", Alert.SEVERE: "severe"}
EFFECTS = {
    Alert.NO_SERVICE: Text("停运", "No service"), Alert.REDUCED_SERVICE: Text("班次减少", "Reduced service"),
    Alert.SIGNIFICANT_DELAYS: Text("严重延误", "Significant delays"), Alert.DETOUR: Text("绕行", "Detour"),
    Alert.ADDITIONAL_SERVICE: Text("加开班次", "Additional service"),
    Alert.MODIFIED_SERVICE: Text("运营调整", "Modified service"), Alert.STOP_MOVED: Text("站点迁移", "Stop moved"),
    Alert.ACCESSIBILITY_ISSUE: Text("无障碍设施故障", "Accessibility issue"),
}
NOTICE = Text("公交公告", "Transit notice")


def row(entity: FeedEntity, schedule: Schedule | None, told: datetime, home: Home, before: Row | None = None) -> Row:
    """One alert. `told` is the instant of the message, `home` finds the region of the stops that it is about.

    `before` is the row that it was: what the alert itself leaves open stays as it was then.
    """
    alert: Alert = entity.alert
    onset, until = period(alert, told, before)
    event = EFFECTS.get(alert.effect, NOTICE) if alert.HasField("effect") else NOTICE
    headline = spoken(alert.header_text) or spoken(alert.description_text) or Text(
        *(f"{name} {', '.join(lines(alert, schedule))}".strip() for name in (event.zh, event.en)))
    return {
        "id": entity.id, "event_zh": event.zh, "event_en": event.en,
        "severity": SEVERITY.get(alert.severity_level, "unknown") if alert.HasField("severity_level") else "unknown",
        "headline_zh": shortened(headline.zh), "headline_en": shortened(headline.en),
        "sent_at": written(min(onset, told)) if before is None else before["sent_at"],
        "onset_at": written(onset), "expires_at": written(until),
        "region": home(places(alert, schedule)), "infos": said(alert),
    }


def period(alert: Alert, told: datetime, before: Row | None) -> tuple[datetime, datetime]:
    """From when until when it holds: of several periods the one that has not ended yet and begins first, else the last."""
    first = told if before is None else datetime.fromisoformat(before["onset_at"])
    spans = sorted(((instant(one.start) or first, instant(one.end)) for one in alert.active_period), key=lambda span: span[0])
    now_or_next = ((start, end) for start, end in spans if end is None or end > told)
    onset, until = next(now_or_next, spans[-1] if spans else (first, None))
    return onset, max(onset, until or open_end(max(onset, told), before))


def open_end(now: datetime, before: Row | None) -> datetime:
    """Until when an alert holds that does not say it; it is put off before it is over, and not each time it is heard."""
    until = now if before is None else datetime.fromisoformat(before["expires_at"])
    return until if until - now > OPEN_ENDED / 2 else now + OPEN_ENDED


def ended(before: Row, told: datetime) -> Row:
    """The row of an alert that its feed no longer has."""
    return {**before, "ended_at": written(told)}


def spoken(told: TranslatedString) -> Text | None:
    """A text in both languages; the first one where a language is missing. None where nothing is said."""
    by_language = {one.language.lower()[:2]: one.text.strip() for one in reversed(told.translation) if one.text.strip()}
    first = next((one.text.strip() for one in told.translation if one.text.strip()), None)
    if first is None:
        return None
    plain = by_language.get("", first)
    return Text(by_language.get("zh", by_language.get("en", plain)), by_language.get("en", plain))


def said(alert: Alert) -> list[dict[str, str]]:
    """All that it says, language by language; the places of a row are too short for more than its headline."""
    parts = {"headline": alert.header_text, "description": alert.description_text, "web": alert.url}
    made: dict[str, dict[str, str]] = {}
    for name, told in parts.items():
        for one in told.translation:
            if one.text.strip():
                block = made.setdefault(one.language, {"language": one.language} if one.language else {})
                block.setdefault(name, one.text.strip())
    return [*made.values()][:MOST_LANGUAGES]


def lines(alert: Alert, schedule: Schedule | None) -> list[str]:
    """What the lines are called that an alert is about."""
    named = dict.fromkeys(one.route_id or one.trip.route_id for one in alert.informed_entity)
    known = {} if schedule is None else schedule.routes
    return [known[route].short or known[route].long if route in known else route for route in named if route]


def places(alert: Alert, schedule: Schedule | None) -> list[Place]:
    """Where the stops are that an alert is about; nothing where it is about more than stops."""
    if schedule is None or any(not one.stop_id for one in alert.informed_entity):
        return []
    stops = [schedule.stops.get(one.stop_id) for one in alert.informed_entity[:MOST_PLACES]]
    return [(stop.lon, stop.lat) for stop in stops if stop is not None and stop.lon is not None and stop.lat is not None]


def shortened(text: str) -> str:
    """A text of one line that a row holds."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST - 1] + "…"
