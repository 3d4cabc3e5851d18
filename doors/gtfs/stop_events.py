"""What trip updates say of stops that were served, or are about to be, as rows of `stop_events`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from doors.gtfs.predictions import Predicted
from doors.gtfs.vehicles import Followed, cut, written

Row = dict[str, Any]


def rows(followed: Followed, now: datetime, ahead: timedelta) -> Iterator[Row]:
    """The stops of a run that are behind it, or will be before the feed is asked again; each is completed until then.

    Only where it is known when they were due and where they are: nothing else can be punctual.
    """
    for stop in followed.stops:
        if stop.due is None or stop.stop is None or (not stop.skipped and stop.at is None):
            continue
        if (stop.at or stop.due) <= now + ahead:
            yield row(followed, stop)


def row(followed: Followed, stop: Predicted) -> Row:
    """One stop of one run."""
    run = followed.run
    assert stop.due is not None and stop.stop is not None
    made = {
        "id": f"{run.key} {stop.sequence}", "trip": run.trip_id or run.key,
        "line": run.line, "stop": stop.stop.name,
        "scheduled_at": written(stop.due), "served_at": None if stop.at is None else written(stop.at), "skipped": stop.skipped,
        "lon": stop.stop.lon, "lat": stop.stop.lat,
    }
    return cut({key: value for key, value in made.items() if value not in (None, "")})
