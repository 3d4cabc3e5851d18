"""Listens to GTFS-realtime feeds: asks each address, puts together what they say of one trip, and hands on what is new."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.transit.gtfs_realtime_pb2 import FeedEntity

from doors.courier import Courier, Cursor
from doors.gtfs import alerts, feed, stop_events, vehicles
from doors.gtfs.asking import Asked, Garbled
from doors.gtfs.surroundings import Surroundings
from doors.gtfs.timetables import Timetables
from doors.gtfs.vehicles import Followed, Updates, followed
from doors.polling import repeat
from doors.secret import secret
from doors.state import State
from doors.web import Client, Unreachable
from ingest.pack.doors.gtfs_realtime import GtfsRealtime

log = logging.getLogger("tonglan.doors")

Row = dict[str, Any]
MOST = 5_000                        # rows of a batch
SOON = timedelta(minutes=1)         # a stop that is served within so long counts as served; its time is corrected until then


class Entities(Sequence[Any]):
    """What rows were made of, put into words only for those that are refused."""

    def __init__(self, entities: Sequence[FeedEntity]) -> None:
        self.entities = entities

    def __len__(self) -> int:
        return len(self.entities)

    def __getitem__(self, at: Any) -> Any:
        return MessageToDict(self.entities[at], preserving_proto_field_name=True)


@dataclass
class Listening:
    """One entry of a pack while it is listened to."""

    entry: GtfsRealtime
    source: str
    courier: Courier
    state: State
    client: Client
    feeds: list[Asked]
    timetables: Timetables
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    told: dict[str, datetime] = field(default_factory=dict)         # when each address last spoke
    read: dict[bytes, Followed] = field(default_factory=dict)       # trip updates that were read before
    vehicles: dict[str, Row] = field(default_factory=dict)          # the last row of each
    stops: dict[str, Row] = field(default_factory=dict)
    beyond: set[Any] = field(default_factory=set)                   # vehicles and stops that were told as outside the city

    def once(self) -> None:
        """Ask every address once. Raises: Unreachable when none answers; Unavailable."""
        changed = self.timetables.fresh()
        if changed:
            self.read.clear()
        failed: list[Unreachable] = []
        for asked in self.feeds:
            try:
                changed = self.hear(asked) or changed
            except Unreachable as error:
                failed.append(error)
        if changed:
            self.hand_on()
        if len(failed) == len(self.feeds):
            raise failed[0]
        for one in failed:
            self.state.failed(one)

    def hear(self, asked: Asked) -> bool:
        """Take one address's news. Returns: whether there were any. Raises: Unreachable; Unavailable."""
        try:
            message = asked.ask()
        except Garbled as error:
            asked.digest = b""
            self.courier.refuse(self.source, "vehicles", {"message": error.body}, code="unreadable", text=error.text,
                                door=self.entry.door, origin=asked.url, key=f"unreadable {error.digest}", dataset=None)
            self.state.failed(f"{asked.url} {error.text}")
            return False
        if message is None:
            return False
        at = feed.told_at(message, self.clock())
        news = asked.held.take(message)
        self.told[asked.url] = at
        self.state.message(1, at)
        self.take_back(asked, [entity for entity in news.deleted if entity.HasField("vehicle")])
        self.announce(asked, news.deleted, whole=news.whole)
        return True

    def hand_on(self) -> None:
        """Give everything that is new since the last time. Raises: Unavailable."""
        updates = Updates.of(self.updates())
        around = Surroundings.of(self.courier)
        self.give_vehicles(updates, around)
        self.give_stops(updates, around)

    def updates(self) -> Iterator[Followed]:
        """All trip updates; those that say what they said before are not worked out anew."""
        found: dict[bytes, Followed] = {}
        for entity, at in self.entities("trip_update"):
            said = entity.trip_update.SerializeToString()
            found[said] = self.read.get(said) or followed(self.timetables.schedule, entity.trip_update, at)
        self.read = found
        yield from found.values()

    def entities(self, kind: str) -> Iterator[tuple[FeedEntity, datetime]]:
        """All entities of a kind that any address holds, each with when that spoke."""
        for asked in self.feeds:
            for entity in asked.held.entities.values():
                if entity.HasField(kind):
                    yield entity, self.told[asked.url]

    def give_vehicles(self, updates: Updates, around: Surroundings) -> None:
        """Hand on the vehicles that say something new."""
        made = [(vehicles.row(entity, self.timetables.schedule, updates, at), entity) for entity, at in self.entities("vehicle")]
        fresh = [(row, entity) for row, entity in made if self.vehicles.get(row["id"]) != row]
        wanted = self.wanted([row for row, _ in fresh], [row["id"] for row, _ in fresh], around)
        given = [fresh[at] for at in wanted]
        self.give("vehicles", [row for row, _ in given], [entity for _, entity in given])
        self.vehicles = {row["id"]: row for row, _ in made}

    def give_stops(self, updates: Updates, around: Surroundings) -> None:
        """Hand on the stops that were served, or whose time is told otherwise."""
        now = max(self.told.values(), default=self.clock())
        ahead = max(SOON, timedelta(seconds=self.entry.every))
        made = {row["id"]: row for one in updates.every for row in stop_events.rows(one, now, ahead)}
        fresh = [row for key, row in made.items() if self.stops.get(key) != row]
        wanted = self.wanted(fresh, [(row.get("lon"), row.get("lat")) for row in fresh], around)
        self.give("stop_events", [fresh[at] for at in wanted])
        self.stops = made

    def wanted(self, rows: Sequence[Row], names: Sequence[Any], around: Surroundings) -> list[int]:
        """Which rows are handed on: those in the city, and those without a place, which are refused for that.

        What lies beyond is told once, so that it is kept why it is nowhere, and not again while it stays there; where the pack
        leaves it out, not at all.
        """
        nowhere = float("nan")
        inside = around.holds([(row.get("lon", nowhere), row.get("lat", nowhere)) for row in rows])
        found = []
        for at, (row, name, here) in enumerate(zip(rows, names, inside, strict=True)):
            if here or "lon" not in row:
                self.beyond.discard(name)
                found.append(at)
            elif self.entry.outside == "reject" and name not in self.beyond:
                self.beyond.add(name)
                found.append(at)
        return found

    def take_back(self, asked: Asked, deleted: Sequence[FeedEntity]) -> None:
        """Tell of vehicles that the feed has deleted."""
        schedule, at = self.timetables.schedule, self.told[asked.url]
        names = {vehicles.row(entity, schedule, Updates(), at)["id"] for entity in deleted}
        rows = [{**row, "gone": True} for name, row in self.vehicles.items() if name in names]
        self.give("vehicles", rows)

    def announce(self, asked: Asked, deleted: Iterable[FeedEntity], *, whole: bool) -> None:
        """Tell of alerts that are new or changed, and end those that the feed no longer has."""
        found = [entity for entity in asked.held.entities.values() if entity.HasField("alert")]
        open_before = self.courier.cursor(self.source, self.entry.door, self.entry.name) or {}
        mine = {key: one for key, one in open_before.items() if one["url"] == asked.url}
        if not found and not mine:
            return
        around, at = Surroundings.of(self.courier), self.told[asked.url]
        now = {entity.id: alerts.row(entity, self.timetables.schedule, at, around.around, mine.get(entity.id, {}).get("row"))
               for entity in found}
        taken_back = {entity.id for entity in deleted}
        over = [alerts.ended(one["row"], at) for key, one in mine.items() if key not in now and (whole or key in taken_back)]
        fresh = [row for key, row in now.items() if mine.get(key, {}).get("row") != row]
        left = {key: one for key, one in open_before.items()
                if key not in now and not (one["url"] == asked.url and (whole or key in taken_back))}
        left |= {key: {"url": asked.url, "row": row} for key, row in now.items()}
        if left != open_before:
            self.give("warnings", [*fresh, *over], cursor=Cursor(self.entry.door, self.entry.name, left))

    def give(
        self, subject: str, rows: Sequence[Row], made_of: Sequence[FeedEntity] | None = None, cursor: Cursor | None = None
    ) -> None:
        """Hand rows on, in batches that are not too long; the cursor goes with the last. Raises: Unavailable."""
        starts = range(0, len(rows), MOST) or range(1 if cursor else 0)
        for start in starts:
            part = slice(start, start + MOST)
            self.courier.give(self.source, subject, rows[part], door=self.entry.door, origin=self.entry.name,
                              whole=None if made_of is None else Entities(made_of[part]),
                              cursor=cursor if start == starts[-1] else None)


def opened(entry: GtfsRealtime, source: str, courier: Courier, state: State) -> Listening:
    """Ready to ask. Raises: Unavailable; Misconfigured when a variable is not set."""
    opens = secret(entry)
    headers = {entry.header: opens} if opens is not None and entry.parameter is None else {}
    parameters = {entry.parameter: opens} if opens is not None and entry.parameter is not None else {}
    client = Client(headers, entry.url)
    folder = Path() if courier.pack is None else courier.pack.folder
    zone = Surroundings.of(courier).city.zone
    return Listening(entry, source, courier, state, client, [Asked(url, client, parameters) for url in entry.url],
                     Timetables(entry, folder, zone, state))


def run(entry: GtfsRealtime, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Listen until told to stop. Raises: Unreachable, Unavailable; Misconfigured when a variable is not set."""
    listening = opened(entry, source, courier, state)
    try:
        repeat(entry.every, listening.once, state, stop)
    finally:
        listening.client.close()
