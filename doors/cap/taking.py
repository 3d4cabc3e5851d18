"""Documents of CAP into the city: warnings first, then the ends of others, so that there is never a moment without either."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from doors.cap.document import Alert, alerts
from doors.cap.rows import Reader, Told, unplaced
from doors.cap.signature import Untrusted, state
from doors.courier import Answer, Courier, Cursor
from doors.markup import NotXml, parsed
from ingest.pack.doors.cap import Cap
from ingest.rejects import Kept, Reason

DOOR = "cap"


class NoAlert(ValueError):
    """A document holds no message."""


@dataclass
class Harvest:
    """What some documents come to, until it is handed over."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)
    ending: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    count: int = 0
    newest: datetime | None = None

    def add(self, told: Told, alert: Alert) -> None:
        """One more message."""
        self.count += 1
        self.newest = max(filter(None, (self.newest, told.sent)), default=None)
        self.rows += [dict(row) for row in told.warnings]
        self.whole += [alert.xml] * len(told.warnings)
        self.ends += [dict(row) for row in told.ends]
        self.ending += [alert.xml] * len(told.ends)

    def keep(self, message: Any, reason: Reason) -> None:
        """One more message that is kept with the reason why it is not taken."""
        self.kept.append(Kept(0, [reason], message))

    def numbered(self) -> list[Kept]:
        """What is kept, by lines after those of the rows."""
        return [replace(one, line=line) for line, one in enumerate(self.kept, start=len(self.rows) + 1)]


@dataclass(frozen=True)
class Taker:
    """Takes the documents of one source."""

    courier: Courier
    source: str
    entry: Cap

    def reader(self) -> Reader:
        """What reads messages for the city as it is. Raises: Unavailable."""
        around = self.courier.around()
        assert around.regions is not None
        return Reader(self.entry, around.zone, around.regions)

    def read(self, body: bytes) -> list[Alert]:
        """The messages of a document. Raises: NotXml; NoAlert."""
        found = alerts(parsed(body))
        if not found:
            raise NoAlert("the document holds no <alert>")
        return found

    def harvest(self, bodies: Sequence[bytes]) -> Harvest:
        """What some documents come to; those that nobody can read are kept. Raises: Unavailable."""
        made, reader = Harvest(), self.reader()
        for body in bodies:
            try:
                found = self.read(body)
            except (NotXml, NoAlert) as error:
                made.keep(body, Reason(None, "unreadable", str(error)))
                continue
            for alert in found:
                self.one(made, reader, alert, body)
        return made

    def one(self, made: Harvest, reader: Reader, alert: Alert, body: bytes) -> None:
        """Add one message."""
        pack, certificate = self.courier.pack, self.entry.certificate
        try:
            signature = state(alert, body, None if certificate is None or pack is None else pack.folder / certificate)
        except Untrusted as error:
            made.count += 1
            made.keep(alert.xml, Reason("signature", "untrusted", str(error)))
            return
        told = reader.read(alert, signature)
        reason = told.reason or unplaced(told, alert, self.entry)
        if reason is not None:
            told = Told((), told.ends, reason, told.sent)
            made.keep(alert.xml, reason)
        made.add(told, alert)

    def give(self, made: Harvest, *, origin: str, key: str | None = None, cursor: Cursor | None = None) -> Answer:
        """Hand it over; the cursor is written with the last of it. Raises: Unavailable; UnknownSource; KeyReused."""
        first = cursor if not made.ends else None
        taken = self.courier.give(self.source, "warnings", made.rows, door=DOOR, origin=origin, key=key, whole=made.whole,
                                  unread=made.numbered(), cursor=first)
        if not made.ends:
            return taken
        ended = self.courier.give(self.source, "warning_ends", made.ends, door=DOOR, origin=origin,
                                  key=None if key is None else f"{key}:ends", whole=made.ending, cursor=cursor)
        return both(taken, ended)


def both(one: Answer, other: Answer) -> Answer:
    """Two answers as one."""
    return Answer(one.batch or other.batch, one.taken + other.taken, one.seen + other.seen, one.rejected + other.rejected,
                  one.marked + other.marked, [*one.reasons, *other.reasons])
