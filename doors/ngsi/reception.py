"""What becomes of a notification: each entity by its type, as the pack says or as the public models do."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from data_access.engine import sql
from doors.courier import Answer, Courier, telling
from doors.ngsi.defaults import City, Made, Refused, Row, kinds_and_properties, now, rows
from doors.ngsi.entities import Entity, NotEntities, entities, entity
from doors.ngsi.models import add, kinds, models, units
from ingest.pack.doors.ngsi import Meaning, Ngsi
from ingest.rejects import TOLD, Kept, Reason

log = logging.getLogger("tonglan.doors")

DOOR = "ngsi"
NOTIFICATION = "observations"       # what counts as refused where nobody knows what it was
ORDER = ("devices", "vehicles", "places", "cases", "warnings", "warning_ends", "observations")
MOST = 20_000


class Unreadable(ValueError):
    """A body that is no notification; it is kept, and the message says why."""


@dataclass
class Heap:
    """Rows of one subject, what each was made of, and entities that none was made of: each a list of its own, so that nobody
    takes it for a row when rows are tried again."""

    rows: list[Mapping[str, Any]] = field(default_factory=list)
    whole: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, Reason]] = field(default_factory=list)


@dataclass
class Sum:
    """What became of all rows."""

    taken: int = 0
    seen: int = 0
    rejected: int = 0
    marked: int = 0
    reasons: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, subject: str, one: Answer) -> None:
        """One more answer."""
        self.taken, self.seen = self.taken + one.taken, self.seen + one.seen
        self.rejected, self.marked = self.rejected + one.rejected, self.marked + one.marked
        self.reasons += [{"subject": subject, **reason} for reason in one.reasons]


@dataclass
class Reception:
    """Takes notifications."""

    courier: Courier

    def take(self, source: str, body: bytes, origin: str) -> dict[str, Any]:
        """Take a notification. Returns: the answer. Raises: Unreadable, when it is kept; Unavailable."""
        try:
            given = list(entities(orjson.loads(body)))
            if len(given) > MOST:
                raise NotEntities(f"there are {len(given):,} entities; at most {MOST:,} are taken at once")
        except (orjson.JSONDecodeError, NotEntities) as error:
            why = f"the body is not JSON: {error}" if isinstance(error, orjson.JSONDecodeError) else str(error)
            self.courier.refuse(source, NOTIFICATION, body, code="unreadable", text=why, door=DOOR, origin=origin)
            raise Unreadable(why) from error
        said, found = self.said(source), Sum()
        known, bad = readable(given)
        mapped = [one for one in known if one.type in said.types]
        for meaning, name, of_it in meant(mapped, said):
            records = [record for one in of_it for record in one.records]
            found.add(meaning.subject, self.courier.give(
                source, meaning.subject, records, door=DOOR, origin=origin, map=meaning.map, checks=meaning.checks,
                nearest_m=meaning.nearest_m, dataset=f"{source}/{said.name}.{name}"))
        heaps = self.made([one for one in known if one.type not in said.types], said, source)
        heaps.setdefault(NOTIFICATION, Heap()).refused += bad
        for subject in sorted(heaps, key=ORDER.index):
            heap = heaps[subject]
            unread = [Kept(line, [reason], whole) for line, (whole, reason) in enumerate(heap.refused, start=len(heap.rows) + 1)]
            found.add(subject, self.courier.give(
                source, subject, heap.rows, door=DOOR, origin=origin, whole=heap.whole, unread=unread))
        return {"entities": len(given), "taken": found.taken, "seen": found.seen, "rejected": found.rejected,
                "marked": found.marked, "reasons": found.reasons[:TOLD]}

    def said(self, source: str) -> Ngsi:
        """What the pack says of this source's entities."""
        pack = self.courier.pack
        entries = [entry for one in pack.sources if one.key == source for entry in one.listen] if pack is not None else []
        return next((entry for entry in entries if isinstance(entry, Ngsi)), Ngsi(door="ngsi"))

    def made(self, known: Sequence[Entity], said: Ngsi, source: str) -> dict[str, Heap]:
        """The rows of entities by the public models; what the city lacks for them is added. Raises: Unavailable."""
        if not known:
            return {}
        with telling():
            city = City(units(self.courier.engine), self.courier.intake.prepared()[0].root.code, now())
            pairs = [(one, made) for one in known for made in carefully(one, said, city)]
            if said.adds:
                self.complete([made for _, made in pairs])
            there = self.registered([made for _, made in pairs])
            number = self.courier.known(source).source_id
        heaps: dict[str, Heap] = {}
        for one, made in pairs:
            if isinstance(made, Refused):
                heap = heaps.setdefault(NOTIFICATION, Heap())
                heap.refused.append(([one.whole], Reason(made.field, made.code, made.sentence)))
            elif not needless(made, there, number):
                heap = heaps.setdefault(made.subject, Heap())
                heap.rows.append(made.fields)
                heap.whole.append(one.whole)
        return heaps

    def complete(self, made: list[Made]) -> None:
        """Add what the city lacks for these rows; where the pack does not want that, `ingest` refuses them."""
        wanted, properties = kinds_and_properties(made, models())
        lacking = wanted - kinds(self.courier.engine), properties - set(units(self.courier.engine))
        if any(lacking):
            add(self.courier.engine, *lacking)

    def registered(self, made: list[Made]) -> dict[str, int]:
        """The devices of these rows that are there, each with its source."""
        named = [one.fields["code"] for one in made if isinstance(one, Row) and one.subject == "devices"]
        codes = [code for code in named if "\0" not in code]      # which no code has, and no question may
        with self.courier.engine.connect() as connection:
            found = connection.execute(sql("SELECT code, source_id FROM device WHERE code = ANY(:codes)"), {"codes": codes})
            return {row.code: row.source_id for row in found}


def carefully(one: Entity, said: Ngsi, city: City) -> list[Made]:
    """The rows of an entity; one that fails inside is refused, and the others go on."""
    try:
        return list(rows(one, said, city))
    except Exception:
        log.exception("an entity of type %s could not be read, and is kept", one.type[:100])
        return [Refused("failed", "this failed inside")]


def readable(given: Sequence[tuple[Any, str | None]]) -> tuple[list[Entity], list[tuple[Any, Reason]]]:
    """The entities, and what is none."""
    known: list[Entity] = []
    bad: list[tuple[Any, Reason]] = []
    for one, notified in given:
        try:
            known.append(entity(one, notified))
        except NotEntities as error:
            bad.append(([one], Reason(None, "unreadable", str(error))))
        except RecursionError:
            bad.append(([str(one)[:1000]], Reason(None, "unreadable", "is nested too deep")))
    return known, bad


def meant(known: Sequence[Entity], said: Ngsi) -> Iterator[tuple[Meaning, str, list[Entity]]]:
    """The pack's own types: each meaning with its name and its entities, devices before what they observe."""
    found = [(meaning, f"{type_}.{number}", [one for one in known if one.type == type_])
             for type_, meanings in said.types.items() for number, meaning in enumerate(meanings, start=1)]
    yield from sorted((one for one in found if one[2]), key=lambda one: one[0].subject == NOTIFICATION)


def needless(row: Row, there: Mapping[str, int], source: int) -> bool:
    """Whether a device's row says nothing new: another source registered it, or it says no place and is there."""
    if row.subject != "devices" or row.fields["code"] not in there:
        return False
    return there[row.fields["code"]] != source or not ({"lon", "region"} & set(row.fields))
