"""The rows that each subject takes, declared: one table drives mapping, checking and the words of an error."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "whole", "flag", "time", "list"]
Span = Literal["past", "any"]  # past: 1900 until a day from now; any: 1900 until 2200

STEPS = ("reported", "registered", "dispatched", "disposed", "verified", "closed",
         "suspended", "resumed", "returned", "reworked", "amended")
SENT_STEPS = STEPS[:-1]  # "amended" is written by ingest when a case comes again with other attributes
ENTERPRISE_STATES = ("active", "abnormal", "closed")
SEVERITIES = ("extreme", "severe", "moderate", "minor", "unknown")
SIGNATURES = ("unverified", "verified")
MONTH_S = 31 * 86400
DAY_S = 86400
MONTH_MIN = MONTH_S / 60
PEOPLE = 1e10       # more than there are, and homes
SUMMED = 1e100      # numbers up to here can be summed up, and their squares, too
MODES = ("tram", "metro", "rail", "bus", "ferry", "cable_tram", "cable_car", "funicular", "trolleybus", "monorail", "coach",
         "air", "taxi", "other")


@dataclass(frozen=True)
class Field:
    """One field of a row. Numbers lie within [minimum, maximum]; texts are at most `longest` characters."""

    name: str
    kind: Kind = "text"
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    longest: int = 500
    span: Span = "past"


def optional(name: str, kind: Kind = "text", **limits: float | int | str | tuple[str, ...]) -> Field:
    """A field that may be left out or null."""
    return Field(name, kind, required=False, **limits)  # type: ignore[arg-type]


CODE = 100
PLACE = (
    optional("lon", "number", minimum=-180, maximum=180),
    optional("lat", "number", minimum=-90, maximum=90),
    optional("region", longest=CODE),
)
STEP = (
    Field("step", allowed=SENT_STEPS),
    Field("at", "time"),
    optional("agency", longest=CODE),
    optional("actor", longest=200),
    optional("note", longest=4000),
)

FIELDS: dict[str, tuple[Field, ...]] = {
    "agencies": (
        Field("code", longest=CODE), Field("name_zh", longest=200), Field("name_en", longest=200), Field("region", longest=CODE),
    ),
    "enterprises": (
        Field("id", longest=200), Field("name"), Field("industry", longest=CODE), Field("status", allowed=ENTERPRISE_STATES),
        Field("registered_at", "time"), optional("closed_at", "time"), *PLACE,
    ),
    "devices": (
        Field("code", longest=CODE), Field("kind", longest=CODE), Field("name", longest=200),
        Field("interval_s", "whole", minimum=1, maximum=MONTH_S), optional("installed_at", "time"), optional("enabled", "flag"),
        *PLACE, optional("stream", longest=2000), optional("snapshot", longest=2000),
    ),
    "cases": (
        Field("id", longest=200), Field("class", longest=CODE), Field("channel", longest=CODE), Field("title"),
        optional("address"), Field("reported_at", "time"), optional("due_at", "time", span="any"),
        *PLACE, optional("steps", "list", longest=500),
    ),
    "steps": (Field("case", longest=200), *STEP),
    "observations": (
        Field("device", longest=CODE), Field("property", longest=CODE), Field("observed_at", "time"),
        Field("value", "number", minimum=-SUMMED, maximum=SUMMED),
    ),
    "messages": (
        Field("id", longest=200), Field("channel", longest=CODE), Field("topic", longest=CODE), optional("body", longest=10000),
        Field("occurred_at", "time"), *PLACE, optional("case", longest=200),
        optional("answered_s", "number", minimum=0, maximum=MONTH_S), optional("contact_due", "time", span="any"),
        optional("contacted_at", "time"), optional("visited_at", "time"), optional("solved", "flag"),
        optional("satisfaction", "whole", minimum=1, maximum=5), optional("sentiment", "whole", minimum=-1, maximum=1),
    ),
    "warnings": (
        Field("id", longest=200), Field("event_zh", longest=200), Field("event_en", longest=200),
        Field("severity", allowed=SEVERITIES), Field("headline_zh"), Field("headline_en"),
        Field("sent_at", "time"), Field("onset_at", "time", span="any"), Field("expires_at", "time", span="any"),
        optional("ended_at", "time", span="any"), optional("region", longest=CODE), optional("regions", "list", longest=500),
        optional("area", longest=2_000_000), optional("infos", "list", longest=100), optional("sender"),
        optional("signature", allowed=SIGNATURES),
    ),
    "warning_ends": (Field("id", longest=200), Field("ended_at", "time")),
    "places": (
        Field("id", longest=200), Field("kind", longest=CODE), Field("name"),
        optional("units", "number", minimum=0, maximum=PEOPLE), optional("population", "number", minimum=0, maximum=PEOPLE),
        optional("as_of", "time"), *PLACE,
    ),
    "buildings": (
        Field("id", longest=200), optional("name"), Field("height_m", "number", minimum=0.01, maximum=1000),
        optional("ground_m", "number", minimum=-500, maximum=9000), optional("storeys", "whole", minimum=0, maximum=300),
        Field("footprint", longest=1_000_000), *PLACE,
    ),
    "flights": (
        Field("id", longest=200), Field("scheduled_at", "time"), Field("origin", longest=CODE),
        Field("destination", longest=CODE), Field("carrier", longest=CODE),
        optional("departure_delay_min", "number", minimum=-MONTH_MIN, maximum=MONTH_MIN),
        optional("arrival_delay_min", "number", minimum=-MONTH_MIN, maximum=MONTH_MIN), *PLACE,
    ),
    "vehicles": (
        Field("id", longest=200), Field("observed_at", "time"), *PLACE, optional("label", longest=CODE),
        optional("mode", allowed=MODES), optional("line", longest=CODE), optional("line_name", longest=200),
        optional("headsign", longest=200), optional("trip", longest=200), optional("bearing", "number", minimum=0, maximum=360),
        optional("speed_kmh", "number", minimum=0, maximum=1000),
        optional("delay_s", "whole", minimum=-2 * DAY_S, maximum=2 * DAY_S), optional("next_stop", longest=200),
        optional("next_stop_at", "time", span="any"), optional("at_stop", "flag"), optional("placed_by_stop", "flag"),
        optional("gone", "flag"),
    ),
    "stop_events": (
        Field("id", longest=300), optional("line", longest=CODE), Field("trip", longest=200), optional("stop", longest=200),
        Field("scheduled_at", "time"), optional("served_at", "time"), optional("skipped", "flag"), *PLACE,
    ),
    "statistics": (
        Field("region", longest=CODE), Field("key", longest=CODE), Field("period", "whole", minimum=1000, maximum=9999),
        Field("value", "number", minimum=-SUMMED, maximum=SUMMED),
    ),
}

# The steps of a case that a mapping derives from date columns: a column a step, and what is known of it beside that.
STEP_FIELDS: tuple[Field, ...] = tuple(
    field for step in SENT_STEPS
    for field in (optional(f"step:{step}", "time"), optional(f"step:{step}:agency", longest=CODE),
                  optional(f"step:{step}:actor", longest=200), optional(f"step:{step}:note", longest=4000)))

JOB: tuple[Field, ...] = (
    Field("title_zh", longest=200), Field("title_en", longest=200), Field("unit_zh", longest=50), Field("unit_en", longest=50),
    Field("done", "whole", minimum=0, maximum=10**15), optional("total", "whole", minimum=0, maximum=10**15),
    optional("finished", "flag"),
)
