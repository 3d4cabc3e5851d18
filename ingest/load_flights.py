"""Flights from a file, given to the region of the airport that they leave from."""

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from ingest import feeds
from ingest.feeds import Heard
from ingest.identity import identities
from ingest.load_parts import Dataset, Facts
from ingest.pack import Flights, Pack
from ingest.rejects import Rejects
from ingest.tables import BLANK, joined, numbers

PART_ROWS = 10_000


def dataset(pack: Pack, flights: Flights, airports: dict[str, int]) -> Dataset:
    """The file of flights, ready to load; `airports` are the regions of those that it may name."""
    def mapping(connection: Connection, source_id: int, part: pd.DataFrame) -> Facts:
        return take(flights, airports, source_id, part)

    return Dataset(source=flights.source, name=flights.file.name, path=pack.path(flights.file), table="flight", fact="flight",
                   subject="flight", title=flights.job.title.text, unit=flights.job.unit.text, mapping=mapping,
                   part_rows=PART_ROWS)


def take(flights: Flights, airports: dict[str, int], source_id: int, part: pd.DataFrame) -> Facts:
    """Map and check some rows. A flight without a departure delay never left; one without an arrival delay never arrived."""
    rejects = Rejects()
    names = joined(part, flights.identity)
    rejects.add_all(part.index[names.duplicated()], flights.identity[0], "duplicate", "the flight stands on an earlier line")
    hour = pd.to_datetime(part[flights.hour], utc=True, errors="coerce", format="ISO8601")
    rejects.add_all(part.index[hour.isna()], flights.hour, "time", "a time like 2013-01-01T10:00:00Z is needed")
    minute, _ = numbers(part[flights.minute])
    rejects.add_all(part.index[~((minute >= 0) & (minute < 60))], flights.minute, "range", "a minute from 0 to 59 is needed")
    region = part[flights.origin].map(airports)
    rejects.add_all(part.index[region.isna()], flights.origin, "unknown_airport", "the pack names no such airport")
    for column in (flights.destination, flights.carrier):
        rejects.add_all(part.index[part[column].isin(BLANK)], column, "missing", f"{column} is missing")
    delays = {}
    for column in (flights.departure_delay_min, flights.arrival_delay_min):
        delays[column], faulty = numbers(part[column])
        rejects.add_all(part.index[faulty], column, "not_a_number", "minutes, or nothing, are needed")
    good = ~part.index.isin(list(rejects.reasons))
    count = int(good.sum())
    scheduled = (hour[good] + pd.to_timedelta(minute[good], unit="min")).dt.tz_localize(None).to_numpy("datetime64[us]")
    columns = {
        "flight_id": identities(flights.source, names[good]), "source_id": np.full(count, source_id),
        "external_id": names[good].to_numpy(object), "scheduled_at": scheduled,
        "origin": part[flights.origin][good].to_numpy(object), "destination": part[flights.destination][good].to_numpy(object),
        "carrier": part[flights.carrier][good].to_numpy(object),
        "departure_delay_min": delays[flights.departure_delay_min][good],
        "arrival_delay_min": delays[flights.arrival_delay_min][good],
        "region_id": region[good].to_numpy(np.int64), "row_no": part.index[good].to_numpy()}
    return Facts(columns, rejects, {"flight": Heard(count, len(rejects.reasons), feeds.newest(scheduled))})
