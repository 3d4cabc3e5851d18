"""Reading a static GTFS data set: a zip, its tables piece by piece; what cannot be used is counted and left out."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from doors.gtfs.clock import day, seconds
from doors.gtfs.schedule import Frequency, Numbers, Route, Schedule, Service, Stop, StopTimes, Trip
from readers import archive
from readers.content import Content
from readers.delimited import Delimited
from readers.spec import Read
from readers.table import Unreadable

log = logging.getLogger("tonglan.gtfs")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROWS = 100_000
REQUIRED = ("routes.txt", "trips.txt", "stops.txt", "stop_times.txt")
READ = Read(path="gtfs.zip", format="csv", separator=",", skip=0, header=1)
LONGEST_DAY = 14 * 86400        # a trip that is due later than that is a slip of the pen
BASIC = {0: "tram", 1: "metro", 2: "rail", 3: "bus", 4: "ferry", 5: "cable_tram", 6: "cable_car", 7: "funicular",
         11: "trolleybus", 12: "monorail"}
EXTENDED = {1: "rail", 2: "coach", 4: "metro", 5: "metro", 6: "metro", 7: "bus", 8: "trolleybus", 9: "tram", 10: "ferry",
            11: "air", 12: "ferry", 13: "cable_car", 14: "funicular", 15: "taxi"}
Row = dict[str, str]


def mode(route_type: str) -> str | None:
    """What runs on a line, from its type or its extended type (700: buses); None where that says nothing."""
    try:
        number = int(route_type)
    except ValueError:
        return None
    return BASIC.get(number) or (EXTENDED.get(number // 100, "other") if number >= 100 else "other")


@dataclass
class Reading:
    """A data set while it is read."""

    content: Content
    members: dict[str, Content] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def pieces(self, name: str) -> Iterator[pd.DataFrame]:
        """A table piece by piece, its columns by their plain names, of two alike the first; nothing where the file is not there
        or is empty."""
        member = self.members.get(name)
        if member is None or not member.head(4).strip(b"\xef\xbb\xbf\r\n\t "):
            return
        for piece in Delimited(member, READ).frames(ROWS):
            self.left_out[name] += len(piece.unreadable)
            rows = piece.rows.rename(columns=lambda column: str(column).strip().lower())
            yield rows.loc[:, ~rows.columns.duplicated()]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a small table; a cell that is empty or not there is not in it."""
        for piece in self.pieces(name):
            for values in piece.to_dict("records"):
                yield {str(key): value.strip() for key, value in values.items() if isinstance(value, str) and value.strip()}

    def keyed(self, name: str, *wanted: str) -> Iterator[Row]:
        """The same, without rows that lack something that they cannot do without; those are counted."""
        for row in self.rows(name):
            if all(key in row for key in wanted):
                yield row
            else:
                self.left_out[name] += 1


def read(content: Content, zone: ZoneInfo) -> Schedule:
    """Read a data set; `zone` is that of times where no agency says one.

    Raises: Unreadable when it is no archive, or lacks one of the files that nothing works without.
    """
    reading = opened(content)
    routes = {row["route_id"]: Route(row["route_id"], row.get("route_short_name", ""), row.get("route_long_name", ""),
                                     mode(row.get("route_type", ""))) for row in reading.keyed("routes.txt", "route_id")}
    stops = placed({row["stop_id"]: row for row in reading.keyed("stops.txt", "stop_id")})
    trips = {row["trip_id"]: Trip(row["trip_id"], row.get("route_id", ""), row.get("service_id", ""),
                                  row.get("trip_headsign", ""), {"0": 0, "1": 1}.get(row.get("direction_id", "")))
             for row in reading.keyed("trips.txt", "trip_id")}
    numbers, names = {trip: at for at, trip in enumerate(trips)}, list(stops)
    times = stop_times(reading, pd.Index(trips), pd.Index(names))
    made = Schedule(agency_zone(reading, zone), routes, stops, trips, times, services(reading), frequencies(reading), numbers,
                    names, reading.left_out)
    for name, count in made.left_out.items():
        if count:
            log.warning("%s/%s: %d rows were left out: they lack what they cannot do without, or name what is not there",
                        content.name, name, count)
    return made


def opened(content: Content) -> Reading:
    """The tables of an archive, which may lie in a folder of it. Raises: Unreadable."""
    if not archive.is_zip(content.head(4)):
        raise Unreadable(content.name, "is no zip archive; a static GTFS data set is one, with routes.txt and the like")
    local = content.on_disk()
    found: dict[str, Content] = {}
    for name, spelled in sorted(archive.members(local).items(), key=lambda one: one[0].count("/")):
        found.setdefault(PurePosixPath(name).name.lower(), Content(
            f"{content.name}/{name}", local.path, spelled, content.stamp, local.keeps))
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        there = ", ".join(sorted(found)[:10]) or "nothing"
        raise Unreadable(content.name, f"holds no {' and no '.join(missing)}, which a GTFS data set must have; there is: {there}")
    return Reading(local, found)


def agency_zone(reading: Reading, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone of the agencies, who must agree on it; `otherwise` where none says one that exists."""
    for row in reading.rows("agency.txt"):
        try:
            return ZoneInfo(row.get("agency_timezone", ""))
        except (KeyError, ValueError, OSError):
            reading.left_out["agency.txt"] += 1
    return otherwise


def placed(rows: dict[str, Row]) -> dict[str, Stop]:
    """Stops with their coordinates, or those of the station that they belong to."""
    def place(row: Row, again: bool = True) -> tuple[float | None, float | None]:
        lon, lat = degrees(row.get("stop_lon"), 180), degrees(row.get("stop_lat"), 90)
        station = rows.get(row.get("parent_station", ""))
        return place(station, False) if (lon is None or lat is None) and station is not None and again else (lon, lat)

    return {key: Stop(key, row.get("stop_name", key), *place(row)) for key, row in rows.items()}


def degrees(text: str | None, most: float) -> float | None:
    """A coordinate; None where that is none."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if abs(found) <= most else None


def stop_times(reading: Reading, trips: pd.Index, stops: pd.Index) -> StopTimes:
    """All stop times, piece by piece; those of an unknown trip or stop, or without a place in the sequence, are left out."""
    pieces: list[tuple[Numbers, ...]] = []
    for piece in reading.pieces("stop_times.txt"):
        absent = pd.Series(None, index=piece.index, dtype=object)
        trip, stop = (numbered(piece.get(name, absent), known) for name, known in (("trip_id", trips), ("stop_id", stops)))
        sequence = pd.to_numeric(piece.get("stop_sequence", absent), errors="coerce").to_numpy(np.float64)
        good = (trip >= 0) & (stop >= 0) & (sequence >= 0) & (sequence < 2**31)
        reading.left_out["stop_times.txt"] += int((~good).sum())
        due = [clocked(piece.get(name, absent))[good] for name in ("arrival_time", "departure_time")]
        pieces.append((trip[good], sequence[good].astype(np.int32), stop[good], *due))
    columns = [np.concatenate([piece[at] for piece in pieces]) if pieces else np.empty(0, np.int32) for at in range(5)]
    order = np.lexsort((columns[1], columns[0]))
    return StopTimes(*(column[order] for column in columns))


def numbered(texts: "pd.Series[str]", known: pd.Index) -> Numbers:
    """Names by their number; -1 for those not known."""
    places, distinct = pd.factorize(texts)
    numbers: Numbers = np.append(known.get_indexer([text.strip() for text in distinct]), -1).astype(np.int32)
    found: Numbers = numbers[places]
    return found


def clocked(texts: "pd.Series[str]") -> Numbers:
    """Times of the service day in seconds, each different one read once; -1 where there is none."""
    places, distinct = pd.factorize(texts)
    read_once = [seconds(text) for text in distinct]
    due: Numbers = np.array([one if one <= LONGEST_DAY else -1 for one in read_once] + [-1], np.int32)
    found: Numbers = due[places]
    return found


def services(reading: Reading) -> dict[str, Service] | None:
    """On which days services run, by both calendars; None where there is neither."""
    if not {"calendar.txt", "calendar_dates.txt"} & set(reading.members):
        return None
    weeks: dict[str, Row] = {row["service_id"]: row for row in reading.keyed("calendar.txt", "service_id")}
    days: dict[str, tuple[set[date], set[date]]] = defaultdict(lambda: (set(), set()))
    for row in reading.keyed("calendar_dates.txt", "service_id", "date", "exception_type"):
        on = day(row["date"])
        if on is None or row["exception_type"] not in ("1", "2"):
            reading.left_out["calendar_dates.txt"] += 1
            continue
        days[row["service_id"]][int(row["exception_type"]) - 1].add(on)
    return {key: service(weeks.get(key, {}), *days[key]) for key in dict.fromkeys((*weeks, *days))}


def service(week: Row, added: set[date], removed: set[date]) -> Service:
    """A service by its row in the calendar, which may be missing, and its exceptions."""
    return Service(tuple(week.get(name) == "1" for name in WEEKDAYS), day(week.get("start_date")), day(week.get("end_date")),
                   frozenset(added), frozenset(removed))


def frequencies(reading: Reading) -> dict[str, tuple[Frequency, ...]]:
    """Trips that are repeated, and how."""
    found: dict[str, list[Frequency]] = defaultdict(list)
    for row in reading.keyed("frequencies.txt", "trip_id", "start_time", "end_time", "headway_secs"):
        start, end = seconds(row["start_time"]), seconds(row["end_time"])
        if start < 0 or end < 0 or not row["headway_secs"].isdecimal() or int(row["headway_secs"]) == 0:
            reading.left_out["frequencies.txt"] += 1
            continue
        found[row["trip_id"]].append(Frequency(start, end, int(row["headway_secs"]), row.get("exact_times") == "1"))
    return {trip: tuple(ones) for trip, ones in found.items()}


