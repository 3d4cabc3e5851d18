"""Polls another SensorThings server: what there is once an hour, and what was observed since the last question.

A question asks again for a while before the last one, and once an hour for a day: what comes late is found, what is there is
seen and not stored again. How far was asked is kept with the observations, in their transaction.
"""

import base64
import logging
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain
from threading import Event
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql
from doors.courier import Answer, Courier, Cursor, telling
from doors.polling import repeat
from doors.secret import secret
from doors.sensorthings.catalogue import Found, found, identity
from doors.sensorthings.matching import measured
from doors.sensorthings.messages import Stream, StreamId, observation_rows
from doors.sensorthings.remote import Entity, Remote
from doors.sensorthings.writing import DOOR
from doors.state import State
from doors.web import Client, Unreachable
from ingest.pack.doors.sensorthings import SensorThings
from ingest.rejects import Rejects
from ingest.times import instant

log = logging.getLogger("tonglan.doors")

MOST_ROWS = 5_000       # of one transaction
EACH = 200              # observations of a Datastream in one answer
LOOK_BACK_EVERY = timedelta(hours=1)
REMEMBERED = 100_000    # refused rows that are not given again while they come again
NOT_TOGETHER = (400, 404, 500, 501, 504)    # how servers answer that cannot expand observations of many Datastreams
THINGS = "Thing($expand=Locations),Sensor,ObservedProperty"
NOTHING = "nothing_measured"     # the reason of a Datastream that is nothing here; no row could be made of it, so none is tried
FIELDS = "phenomenonTime,resultTime,result"


def run(entry: SensorThings, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Ask until told to stop. Raises: Unreachable, Unavailable, Misconfigured."""
    client = Client(authorized(entry, secret(entry)), [entry.url], timeout_s=120)
    try:
        poller = Poller(entry, source, courier, state, Remote(entry.url, client))
        repeat(entry.every, poller.round, state, stop)
    finally:
        client.close()


def authorized(entry: SensorThings, key: str | None) -> dict[str, str]:
    """The headers that open the server."""
    if key is None:
        return {}
    if entry.authorization == "basic":
        return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    return {"Authorization": f"Bearer {key}"}


@dataclass
class Poller:
    """One server of one source, and what is known of its Datastreams."""

    entry: SensorThings
    source: str
    courier: Courier
    state: State
    remote: Remote
    streams: Mapping[StreamId, Stream] = field(default_factory=dict)
    known_at: float | None = None
    together: bool = True       # whether the server gives observations of many Datastreams in one answer
    refused: dict[bytes, None] = field(default_factory=dict)    # what was refused, the oldest first

    def round(self) -> None:
        """Ask once for all that is new. Raises: Unreachable, Unavailable."""
        if self.known_at is None or time.monotonic() - self.known_at >= self.entry.things_every:
            self.know()
            self.known_at = time.monotonic()
        told = self.courier.cursor(self.source, DOOR, self.entry.name)
        cursor = told if isinstance(told, dict) else {}
        now, self.remote.clock = datetime.now(UTC), None
        until, looked = moment(cursor.get("until")), moment(cursor.get("looked_back"))
        back = until is not None and (looked is None or now - looked >= LOOK_BACK_EVERY)
        rows = self.observed(self.since(until, now, back=back))
        self.take(rows, lambda: Cursor(DOOR, self.entry.name, {
            "until": min(now, self.remote.clock or now).isoformat(),
            "looked_back": (now if back or looked is None else looked).isoformat()}))

    def since(self, until: datetime | None, now: datetime, *, back: bool) -> datetime:
        """From when this round asks."""
        if until is None:
            return now - timedelta(days=self.entry.history)
        overlapping = until - timedelta(seconds=self.entry.overlap)
        return min(overlapping, now - timedelta(seconds=self.entry.look_back)) if back else overlapping

    def know(self) -> None:
        """Learn what Datastreams there are, and register their Things. Raises: Unreachable, Unavailable."""
        with self.database() as connection:
            known = measured(connection)
        asked = {"$expand": THINGS, "$top": str(self.entry.page)} | self.wanted()
        entities = list(self.remote.collection("Datastreams", asked))
        each = [one for entity in entities if (one := found(self.entry, self.source, entity, known)) is not None]
        devices = {one.device["code"]: one.device for one in each if one.device}
        for rows in parts(devices.values()):
            self.give("devices", [(row, row) for row in rows])
        self.keep_unknown(each, entities)
        with self.database() as connection:
            there = set(connection.execute(sql("SELECT code FROM device WHERE code = ANY(:codes)"),
                                           {"codes": list(devices)}).scalars())
        self.streams = {one.id: one.stream for one in each if one.stream is not None and one.stream.device in there}

    def keep_unknown(self, each: list[Found], entities: list[Entity]) -> None:
        """Keep the Datastreams that are nothing here, each once. Raises: Unavailable."""
        whole = {identity(one): one for one in entities}
        for one in each:
            if one.stream is None:
                said = whole.get(one.id, {"@iot.id": one.id})
                self.courier.refuse(self.source, "observations", said, code=NOTHING, text=one.text, field=one.field, door=DOOR,
                                    origin=self.entry.url, key=f"{self.entry.name}:{digest([one.id, one.text]).hex()}")

    def observed(self, since: datetime) -> Iterator[tuple[dict[str, Any], Any]]:
        """Every observation since an instant, as rows. Raises: Unreachable."""
        for stream, observations in self.by_stream(since):
            for observation in observations:
                yield from observation_rows(dict(observation), lambda ids: self.streams, datetime.now(UTC), stream=stream,
                                            when=self.entry.interval)

    def by_stream(self, since: datetime) -> Iterator[tuple[StreamId, Iterator[Entity]]]:
        """The observations of each Datastream: of many in one answer, or one by one where the server cannot.

        Raises: Unreachable.
        """
        condition = f"phenomenonTime ge {written(since)} or resultTime ge {written(since)}"
        if self.together:
            asked = {"$select": "id", "$top": str(self.entry.page), "$expand": "Observations("
                     f"$filter={condition};$orderby=phenomenonTime;$top={EACH};$select={FIELDS})"} | self.wanted()
            answers = self.remote.collection("Datastreams", asked)
            try:
                first = next(answers, None)
            except Unreachable as error:
                if error.status not in NOT_TOGETHER:
                    raise
                self.together = False
            else:
                for entity in chain([first] if first is not None else [], answers):
                    number = identity(entity)
                    if number is not None and number in self.streams:
                        yield number, self.remote.within(entity, "Observations")
                return
        for number in self.streams:
            named = str(number) if isinstance(number, int) else "'" + number.replace("'", "''") + "'"
            yield number, self.remote.collection(f"Datastreams({named})/Observations", {
                "$filter": condition, "$orderby": "phenomenonTime", "$top": "1000", "$select": FIELDS})

    def wanted(self) -> dict[str, str]:
        """Which Datastreams are asked for."""
        return {} if self.entry.filter is None else {"$filter": self.entry.filter}

    def take(self, rows: Iterator[tuple[dict[str, Any], Any]], cursor: Any) -> None:
        """Give rows in parts, and with the last of them how far was asked. Raises: Unreachable, Unavailable."""
        waiting: list[tuple[dict[str, Any], Any]] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) >= MOST_ROWS:
                self.give("observations", waiting)
                waiting = []
        self.give("observations", waiting, cursor())

    def give(self, subject: str, rows: list[tuple[dict[str, Any], Any]], cursor: Cursor | None = None) -> None:
        """Hand rows in, but for those that were refused before. Raises: Unavailable."""
        new = [one for one in rows if digest(one[0]) not in self.refused]
        bad: set[int] = set()

        def also(connection: Connection, batch_id: int, rejects: Rejects) -> None:
            bad.clear()
            bad.update(rejects.reasons)

        observations = subject == "observations"
        answer = self.courier.give(
            self.source, subject, [row for row, _ in new], door=DOOR, origin=self.entry.url, whole=[whole for _, whole in new],
            checks=self.entry.checks if observations else (), nearest_m=0 if observations else self.entry.nearest_m,
            cursor=cursor, also=also)
        for number in bad:
            self.refused[digest(new[number][0])] = None
        while len(self.refused) > REMEMBERED:
            del self.refused[next(iter(self.refused))]
        if observations:
            self.tell(answer, [row for row, _ in new])

    def tell(self, answer: Answer, rows: list[dict[str, Any]]) -> None:
        """Say how the door stands."""
        if answer.taken or answer.rejected:
            self.state.message(answer.taken + answer.rejected, newest(row["observed_at"] for row in rows))

    def database(self) -> Any:
        """A connection. Raises: Unavailable."""
        with telling():
            return self.courier.engine.connect()


def parts(rows: Collection[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in parts of one transaction each."""
    listed = list(rows)
    for start in range(0, len(listed), MOST_ROWS):
        yield listed[start:start + MOST_ROWS]


def newest(written_times: Iterator[Any]) -> datetime | None:
    """The newest instant of those that can be read."""
    best: datetime | None = None
    for one in written_times:
        try:
            read: datetime = instant(one).astype(datetime)
        except (TypeError, ValueError, OverflowError):
            continue
        if best is None or read.replace(tzinfo=UTC) > best:
            best = read.replace(tzinfo=UTC)
    return best


def moment(said: Any) -> datetime | None:
    """An instant of the cursor."""
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def written(at: datetime) -> str:
    """An instant as the standard writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(row: Any) -> bytes:
    """What tells a row from others."""
    return blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=16).digest()
