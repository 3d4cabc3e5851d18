"""A CAP message as rows: warnings, the ends of earlier ones, or a reason why it is neither."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Any

import shapely

from doors.cap.document import Alert, Area, Info
from doors.cap.languages import language, parts, shown
from doors.cap.shapes import area as drawn
from doors.cap.times import moment
from ingest.mapping.regions import Namesakes, RegionIndex
from ingest.pack.doors.cap import Cap
from ingest.rejects import SKIPPED, Reason
from ingest.rows import SEVERITIES
from ingest.warnings import MOST_PARTS, PART

LONGEST_ID, LONGEST_EVENT, LONGEST_TEXT = 190, 200, 500
LISTED = str.maketrans(dict.fromkeys("；、,，/\n", ";"))
MOST_WKT = 1_900_000
# What China's warning system says of how grave it is, from the gravest of its four colours on.
COLOURS = {"red": "extreme", "orange": "severe", "yellow": "moderate", "blue": "minor"}
DATED = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\S*|\S*)"
QUIET = {
    "exercise": "it is an exercise", "system": "it is for the machines that pass warnings on", "test": "it is a test",
    "draft": "it is a draft", "ack": "it only acknowledges another message", "error": "it only refuses another message",
}


@dataclass(frozen=True)
class Told:
    """What a message comes to: rows of `warnings` and of `warning_ends`, or why it is kept and not taken."""

    warnings: Sequence[Mapping[str, Any]] = ()
    ends: Sequence[Mapping[str, Any]] = ()
    reason: Reason | None = None
    sent: datetime | None = None


@dataclass(frozen=True)
class Reader:
    """Reads messages for a city: by what the pack says of them, in the city's clock, for its regions."""

    entry: Cap
    zone: tzinfo
    regions: RegionIndex = field(repr=False)

    def read(self, alert: Alert, signature: str | None = None) -> Told:
        """What a message comes to."""
        reason = quiet(alert)
        if reason is not None:
            return Told(reason=reason)
        sent = moment(alert.sent, self.zone)
        if sent is None or not alert.identifier:
            lacking = "identifier" if not alert.identifier else "sent"
            return Told(reason=Reason(lacking, "missing", f"the message has no <{lacking}> that can be read"))
        ends = [{"id": name, "ended_at": sent} for name in earlier(alert, self.zone) if name != identity(alert, sent)]
        if alert.kind.lower() == "cancel":
            lacks = None if ends else Reason("references", "missing", "the message cancels, but names no earlier message")
            return Told((), ends, lacks, sent)
        if not alert.infos:
            return Told((), ends, Reason("info", "missing", "the message has no <info>: nothing says what it warns of"), sent)
        blocks = parts(alert.infos)
        rows = [self.warning(alert, sent, block, number, signature) for number, block in enumerate(blocks[:MOST_PARTS], start=1)]
        return Told(rows, ends, None, sent)

    def warning(self, alert: Alert, sent: datetime, infos: Sequence[Info], number: int, signature: str | None) -> dict[str, Any]:
        """One part of a message, in all its languages, as a row."""
        chinese, english = shown(infos, "zh"), shown(infos, "en")
        begins, expires = self.begin(sent, infos), self.end(sent, infos)
        name = identity(alert, sent)
        return {
            "id": name if number == 1 else f"{name}{PART}{number}",
            "event_zh": event(chinese), "event_en": event(english),
            "headline_zh": headline(chinese), "headline_en": headline(english),
            "severity": min((severity(info) for info in infos), key=SEVERITIES.index),
            "sent_at": sent, "onset_at": min(begins, expires), "expires_at": expires,
            "ended_at": sent if all(info.response == ("AllClear",) for info in infos) else None,
            **self.place([area for info in infos for area in info.areas]),
            "infos": [said(info) for info in infos],
            "sender": cut(next((one.sender_name for one in (chinese, english, *infos) if one.sender_name), alert.sender)) or None,
            "signature": signature,
        }

    def begin(self, sent: datetime, infos: Sequence[Info]) -> datetime:
        """When it begins: the onset, else when it takes effect, else when it was sent."""
        told = (moment(written, self.zone) for name in ("onset", "effective") for info in infos
                if (written := getattr(info, name)))
        return next((at for at in told if at is not None), sent)

    def end(self, sent: datetime, infos: Sequence[Info]) -> datetime:
        """When it expires: the latest that its blocks say; where none does, the pack's so many hours after it begins."""
        told = [at for info in infos if (at := moment(info.expires, self.zone)) is not None]
        return max(told) if told else self.begin(sent, infos) + timedelta(hours=self.entry.lasts_hours)

    def place(self, areas: Sequence[Area]) -> dict[str, Any]:
        """Where it holds: shapes as they are drawn; without, the regions that geocodes or names stand for."""
        shape = drawn((one for area in areas for one in area.polygons), (one for area in areas for one in area.circles))
        if shape is not None:
            return {"area": drawing(shape)}
        regions = list(dict.fromkeys(code for area in areas for code in self.named(area)))
        if regions:
            return {"regions": regions} if len(regions) > 1 else {"region": regions[0]}
        return {"region": self.entry.region}

    def named(self, area: Area) -> list[str]:
        """The regions that an area's geocodes stand for, else those that its name does."""
        found = [code for scheme, value in area.geocodes if (code := self.coded(scheme, value)) is not None]
        if found:
            return found
        names = [area.description, *(name.strip() for name in area.description.translate(LISTED).split(";"))]
        return [code for name in names if name and (code := self.called(name)) is not None]

    def coded(self, scheme: str, value: str) -> str | None:
        """The region of a geocode: by the pack's table, else where it is the city's own code, a SAME code without its zero."""
        for said in (f"{scheme}:{value}", value):
            if said in self.entry.geocodes:
                return self.entry.geocodes[said]
        ways = [value, value[1:]] if len(value) == 6 and value.startswith("0") else [value]
        return next((code for way in ways if isinstance(code := self.regions.find(way, by_name=False), str)), None)

    def called(self, name: str) -> str | None:
        """The region of a name: by the pack's table, else where exactly one region is called so."""
        if name in self.entry.geocodes:
            return self.entry.geocodes[name]
        found = self.regions.find(name, by_name=True)
        return None if isinstance(found, Namesakes) else found


def drawing(shape: shapely.Geometry) -> str:
    """A shape as WKT; one of more corners than anybody can see is drawn with fewer."""
    made: str = shapely.to_wkt(shape, rounding_precision=6)
    if len(made) > MOST_WKT:
        made = shapely.to_wkt(shape.convex_hull, rounding_precision=6)
    return made


def unplaced(told: Told, alert: Alert, entry: Cap) -> Reason | None:
    """Why a message cannot be given a place; None where it can. Where the pack says what geocodes mean, others are elsewhere."""
    if all(row.get("area") or row.get("regions") or row.get("region") for row in told.warnings):
        return None
    areas = [area for info in alert.infos for area in info.areas]
    named = ", ".join(dict.fromkeys([*(value for area in areas for _, value in area.geocodes),
                                     *(area.description for area in areas if area.description)]))[:LONGEST_TEXT]
    if not named:
        return Reason("region", "missing", "the message says nowhere where it holds; `region` of the pack's `listen:` may say it")
    return Reason("region", SKIPPED if entry.geocodes else "unknown_region",
                  f"none of the places that it names is one of the city's: {named}")


def quiet(alert: Alert) -> Reason | None:
    """Why a message is no warning that anybody should see; None where it is one."""
    status, kind = alert.status.lower(), alert.kind.lower() or "alert"
    if not status:
        return Reason("status", "missing", "the message has no <status>: nobody knows whether it is meant")
    if status != "actual":
        return Reason("status", SKIPPED, f"the message is not shown: {QUIET.get(status, f'its status is {alert.status!r}')}")
    if kind in ("ack", "error"):
        return Reason("msgType", SKIPPED, f"the message is no warning: {QUIET[kind]}")
    if kind not in ("alert", "update", "cancel"):
        return Reason("msgType", "not_allowed", f"the message's type is {alert.kind[:50]!r}; Alert, Update and Cancel are known")
    return None


def identity(alert: Alert, sent: datetime) -> str:
    """What tells a message from all others: sender, identifier and when it was sent, whatever the offset."""
    return name_of(alert.sender, alert.identifier, sent)


def name_of(sender: str, identifier: str, sent: datetime) -> str:
    """The same for a message that another one refers to; a very long one is cut, and stays one of its own."""
    made = f"{sender},{identifier},{sent:%Y-%m-%dT%H:%M:%SZ}"
    if len(made) <= LONGEST_ID:
        return made
    mark = blake2b(made.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{made[:LONGEST_ID - 40]}…{mark},{sent:%Y-%m-%dT%H:%M:%SZ}"


def earlier(alert: Alert, zone: tzinfo) -> list[str]:
    """The messages that an update or a cancellation refers to; an alert has none that it ends."""
    if alert.kind.lower() not in ("update", "cancel"):
        return []
    made = []
    for sender, identifier, at in referred(alert):
        sent = moment(at, zone)
        if sent is not None:
            made.append(name_of(alert.sender if sender == alert.sender_code else sender, identifier, sent))
    return list(dict.fromkeys(made))


def referred(alert: Alert) -> Iterator[tuple[str, str, str]]:
    """Sender, identifier and time of each message that is referred to; the message's own sender may have blanks in its name."""
    own = f"{re.escape(alert.sender)}|" if " " in alert.sender and len(alert.sender) <= LONGEST_TEXT else ""
    for found in re.finditer(rf"(?:^|(?<=\s))({own}[^\s,]*),(\S+?),({DATED})(?:\s|$)", alert.references):
        yield found[1], found[2], found[3]


def severity(info: Info) -> str:
    """How grave it is; what is not one of CAP's words is unknown."""
    said = COLOURS.get(info.severity.lower(), info.severity.lower())
    return said if said in SEVERITIES else "unknown"


def event(info: Info) -> str | None:
    """What happens, short."""
    coded = next((value for _, value in info.codes), "")
    return cut(info.event or info.headline or coded or "/".join(info.category), LONGEST_EVENT) or None


def headline(info: Info) -> str | None:
    """What is to be read first."""
    return cut(info.headline) or event(info)


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text in one line, that is cut where it is too long; whole, it is among the infos."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest - 1]}…"


def said(info: Info) -> dict[str, Any]:
    """All that a block says, in its language; places are kept elsewhere."""
    made = {name: value for name, value in asdict(info).items() if value and name not in ("areas", "language")}
    names = [area.description for area in info.areas if area.description]
    return {"language": language(info), **made, **({"areas": names} if names else {})}
