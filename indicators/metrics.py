"""What is counted: flows (facts at the instant they happened) and stocks (states at an instant).

A ratio is only honest when both of its sides are counted at the same instant: cases closed on
time and cases that were due are both counted when they fell due, so that the share is never over 100 %.
"""

from indicators.clocks import DUE_SOON, PUNCTUAL
from indicators.definition import Metric, Stock
from indicators.hearing import heard

PROPERTIES = (
    "pm25", "pm10", "no2", "o3", "leq", "speed", "flow", "level", "lel", "obscuration", "tilt", "kwh", "online", "count",
    "temperature", "humidity", "wind_speed", "pressure", "precipitation", "visibility",
)
LIMITED = (
    "pm25", "pm10", "no2", "o3", "leq", "speed", "level", "lel", "obscuration", "tilt",
    "count", "wind_speed", "precipitation",
)


def hours(until: str, since: str) -> str:
    """SQL for the hours from one instant to another."""
    return f"EXTRACT(EPOCH FROM {until} - {since})::float8 / 3600"


def beyond(limit: str) -> str:
    """SQL for a value at or beyond its property's limit, on the side that is bad."""
    return f"CASE WHEN f.low_is_bad THEN f.value <= f.{limit} ELSE f.value >= f.{limit} END"


EARLIEST_S, LATEST_S = (round(limit.total_seconds()) for limit in PUNCTUAL)
ASKED = "coalesce(f.visited_at, f.occurred_at)"  # a sender may not say when it asked

CASE_METRICS = (
    Metric("case_reported", "case", "f.reported_at"),
    Metric("case_registered", "case", "f.registered_at"),
    Metric("case_dispatched", "case", "f.dispatched_at"),
    Metric("case_dispatched_right", "case", "f.dispatched_at", where="f.return_count = 0"),
    Metric("case_disposed", "case", "f.disposed_at"),
    Metric("case_reworked", "case", "f.disposed_at", where="f.rework_count > 0"),
    Metric("case_closed", "case", "f.closed_at"),
    Metric("case_closure_due", "case", "f.due_at", ahead=True),
    Metric("case_disposed_on_time", "case", "f.due_at", where="f.disposed_at <= f.due_at", ahead=True),
    Metric("case_closed_on_time", "case", "f.due_at", where="f.closed_at <= f.due_at", ahead=True),
    Metric("case_hours_to_register", "case", "f.registered_at", value=hours("f.registered_at", "f.reported_at")),
    Metric("case_hours_to_dispatch", "case", "f.dispatched_at", where="f.registered_at IS NOT NULL",
           value=hours("f.dispatched_at", "f.registered_at")),
    Metric("case_hours_to_dispose", "case", "f.disposed_at", where="f.dispatched_at IS NOT NULL",
           value=hours("f.disposed_at", "f.dispatched_at")),
    Metric("case_hours_to_close", "case", "f.closed_at", value=hours("f.closed_at", "f.reported_at"), sketch=True),
)

MESSAGE_METRICS = (
    Metric("message_received", "message", "f.occurred_at"),
    Metric("message_answered", "message", "f.occurred_at", where="f.answered_s IS NOT NULL", value="f.answered_s", sketch=True),
    Metric("message_answered_30s", "message", "f.occurred_at", where="f.answered_s <= 30"),
    Metric("message_contact_due", "message", "f.contact_due", ahead=True),
    Metric("message_contacted_on_time", "message", "f.contact_due", where="f.contacted_at <= f.contact_due", ahead=True),
    Metric("message_asked", "message", ASKED, where="f.solved IS NOT NULL"),
    Metric("message_solved", "message", ASKED, where="f.solved"),
    Metric("message_rated", "message", ASKED, where="f.satisfaction IS NOT NULL", value="f.satisfaction"),
    Metric("message_satisfied", "message", ASKED, where="f.satisfaction >= 4"),
    Metric("message_judged", "message", "f.occurred_at", where="f.sentiment IS NOT NULL"),
    Metric("message_negative", "message", "f.occurred_at", where="f.sentiment < 0"),
)

FLIGHT_METRICS = (
    Metric("flight_scheduled", "flight", "f.scheduled_at"),
    Metric("flight_cancelled", "flight", "f.scheduled_at", where="f.departure_delay_min IS NULL"),
    Metric("flight_departed", "flight", "f.scheduled_at", where="f.departure_delay_min IS NOT NULL",
           value="GREATEST(f.departure_delay_min, 0)", sketch=True),
    Metric("flight_on_time", "flight", "f.scheduled_at", where="f.departure_delay_min <= 15"),
)

# Counted when a vehicle was due, whether it came then or not, so that its whole run counts on one day.
STOP_METRICS = (
    Metric("stop_due", "stop_event", "f.scheduled_at"),
    Metric("stop_served", "stop_event", "f.scheduled_at", where="f.served"),
    Metric("stop_on_time", "stop_event", "f.scheduled_at",
           where=f"f.served AND f.delay_s >= {EARLIEST_S} AND f.delay_s <= {LATEST_S}"),
)

ENTERPRISE_METRICS = (
    Metric("enterprise_registered", "enterprise", "f.registered_at"),
    Metric("enterprise_closed", "enterprise", "f.closed_at"),
)

WARNING_METRICS = (
    Metric("warning_issued", "warning", "f.sent_at"),
    Metric("warning_serious", "warning", "f.sent_at", where="f.severity IN ('extreme', 'severe')"),
)

# Rows that came, counted by the hour before they come here: what of them is right, by what is wrong with the others.
ARRIVAL_METRICS = (
    Metric("row_came", "arrival", "f.at", weight="f.came"),
    Metric("row_rejected", "arrival", "f.at", weight="f.rejected"),
    Metric("row_marked", "arrival", "f.at", weight="f.marked"),
    Metric("row_complete", "arrival", "f.at", weight="f.came - f.incomplete"),
    Metric("row_well_formed", "arrival", "f.at", weight="f.came - f.malformed"),
    Metric("row_plausible", "arrival", "f.at", weight="f.came - f.inaccurate"),
    Metric("row_consistent", "arrival", "f.at", weight="f.came - f.inconsistent"),
    Metric("row_unique", "arrival", "f.at", weight="f.came - f.repeated"),
    Metric("row_timed", "arrival", "f.at", weight="f.timed"),
    Metric("row_in_time", "arrival", "f.at", weight="f.in_time"),
)

OBSERVATION_METRICS = (
    *(Metric(f"observed_{key}", "observation", "f.observed_at", where=f"f.property = '{key}'", value="f.value", of=key)
      for key in PROPERTIES),
    *(Metric(f"over_{key}", "observation", "f.observed_at", where=f"f.property = '{key}' AND {beyond('watch')}", of=key)
      for key in LIMITED),
)

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (*CASE_METRICS, *MESSAGE_METRICS, *FLIGHT_METRICS, *STOP_METRICS, *ENTERPRISE_METRICS, *WARNING_METRICS,
                   *ARRIVAL_METRICS, *OBSERVATION_METRICS)
}

OPEN = "f.reported_at <= :at AND (f.closed_at IS NULL OR f.closed_at > :at)"
# The clock of a case that is suspended stands still. Of suspensions that ended before now nothing is kept on the case.
RUNNING = "(f.suspended_at IS NULL OR f.suspended_at > :at)"
SOON = f"interval '{DUE_SOON.total_seconds():.0f} seconds'"
ALIVE = "f.registered_at <= :at AND (f.closed_at IS NULL OR f.closed_at > :at)"
INSTALLED = "f.enabled AND f.installed_at <= :at"
HEARD = heard("f", "f.last_at", ":at")
PROMISED = "f.refresh_seconds IS NOT NULL"
FRESH = "f.enabled AND f.observed_at > :at - 3 * f.interval_s * interval '1 second'"


def standing_beyond(limit: str) -> str:
    """SQL for an enabled device whose newest value at `:at` is beyond a limit, silent since or not."""
    return f"f.enabled AND f.{limit} IS NOT NULL AND {beyond(limit)}"


STOCKS: dict[str, Stock] = {
    stock.key: stock
    for stock in (
        Stock("case_open", "case", among=OPEN),
        Stock("case_overdue", "case", f"{RUNNING} AND f.due_at <= :at", among=OPEN),
        Stock("case_due_soon", "case", f"{RUNNING} AND f.due_at > :at AND f.due_at <= :at + {SOON}", among=OPEN),
        Stock("case_suspended", "case", "f.suspended_at <= :at", among=OPEN),
        Stock("case_unassigned", "case", "f.dispatched_at IS NULL OR f.dispatched_at > :at", among=OPEN),
        Stock("device_enabled", "device", among=INSTALLED),
        Stock("device_online", "device", HEARD, among=INSTALLED),
        Stock("camera_enabled", "device", "f.kind = 'camera'", among=INSTALLED),
        Stock("camera_online", "device", f"f.kind = 'camera' AND {HEARD}", among=INSTALLED),
        Stock("device_watch", "latest", standing_beyond("watch")),
        Stock("device_alarm", "latest", standing_beyond("alarm")),
        Stock("crowd_now", "latest", f"f.property = 'count' AND {FRESH}", value="f.value"),
        Stock("gas_alarm", "latest", f"f.property = 'lel' AND {standing_beyond('alarm')}"),
        Stock("water_watch", "latest", f"f.property = 'level' AND {standing_beyond('watch')}"),
        Stock("smoke_alarm", "latest", f"f.property = 'obscuration' AND {standing_beyond('alarm')}"),
        Stock("manhole_alarm", "latest", f"f.property = 'tilt' AND {standing_beyond('alarm')}"),
        Stock("warning_active", "warning", "f.onset_at <= :at AND LEAST(f.expires_at, f.ended_at) > :at"),
        Stock("enterprise_active", "enterprise", among=ALIVE),
        Stock("enterprise_abnormal", "enterprise", "f.status = 'abnormal'", among=ALIVE),
        Stock("source_promised", "source", among=PROMISED),
        Stock("source_kept", "source", "f.last_at > :at - f.refresh_seconds * interval '1 second'", among=PROMISED),
        Stock("finding_open", "finding", among="f.since <= :at AND (f.until IS NULL OR f.until > :at)"),
        Stock("place_lot", "place", "f.kind = 'lot'", recorded=True),
    )
}
