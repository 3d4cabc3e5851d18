"""Observations as SensorThings sends them, alone or by the list, made rows of observations; over HTTP and MQTT alike.

Nothing is judged here: what cannot be an observation becomes a row that `ingest` refuses with its reason and keeps.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from ingest.mapping.units import scale_and_zero, tidy

NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
LARGEST = 1e300     # larger ones are no readings of anything
LINKED = re.compile(r"Datastreams\(('(?:[^']|'')*'|[^()]*)\)")
IDS = ("@iot.id", "id", "@id")

StreamId = int | str
Row = dict[str, Any]
When = Literal["start", "end"]


@dataclass(frozen=True)
class Stream:
    """What a Datastream is here: a device, a property, and how its values become the property's unit."""

    device: str
    property: str
    factor: float = 1.0
    zero: float = 0.0


Find = Callable[[Collection[StreamId]], Mapping[StreamId, Stream]]


@dataclass(frozen=True)
class Said:
    """One observation as it came: of which Datastream, and its fields."""

    stream: StreamId | None
    fields: Mapping[str, Any]
    whole: Any


def stream_of(device: str, property_: str, unit: str | None, wanted: str) -> Stream:
    """A Datastream that measures in a unit. Raises: UnknownUnit where that cannot become the wanted one."""
    if unit is None or unit == wanted:
        return Stream(device, property_)
    factor, zero = scale_and_zero(unit, wanted)
    return Stream(device, property_, factor, zero)


def observation_rows(
    message: Any, find: Find, now: datetime, *, stream: StreamId | None = None, when: When = "start"
) -> list[tuple[Row, Any]]:
    """A row for each observation of a message, with what it was made of.

    The message is an Observation, a list of them, or the body of CreateObservations. `stream` is the Datastream where the
    address or the topic names it; `when` says which end of an interval counts; what names no time is of `now`.
    """
    said = list(told(message, stream))
    streams = find({one.stream for one in said if one.stream is not None})
    return [(row(one, streams, now, when), one.whole) for one in said]


def told(message: Any, stream: StreamId | None = None) -> Iterator[Said]:
    """The observations of a message."""
    for item in message if isinstance(message, list) else [message]:
        if not isinstance(item, Mapping):
            yield Said(stream, {"result": item}, item)
        elif "dataArray" in item:
            yield from arrayed(item, linked(item, stream))
        else:
            yield Said(linked(item, stream), item, item)


def arrayed(item: Mapping[str, Any], stream: StreamId | None) -> Iterator[Said]:
    """The observations of one data array."""
    components, rows = item.get("components"), item["dataArray"]
    names = [str(name) for name in components] if isinstance(components, list) else []
    if not isinstance(rows, list):
        yield Said(stream, {"result": rows}, item)
        return
    for values in rows:
        fields = dict(zip(names, values, strict=False)) if isinstance(values, list) else {"result": values}
        yield Said(stream, fields, {"Datastream": {"@iot.id": stream}, "components": names, "dataArray": [values]})


def linked(item: Mapping[str, Any], stream: StreamId | None) -> StreamId | None:
    """The Datastream that an observation names, inline or by its address."""
    link = item.get("Datastream")
    if isinstance(link, Mapping):
        for name in IDS:
            if isinstance(link.get(name), int | str) and not isinstance(link[name], bool):
                return id_of(link[name])
        link = link.get("@iot.selfLink")
    address = link or item.get("Datastream@iot.navigationLink")
    found = LINKED.search(address) if isinstance(address, str) else None
    return stream if found is None else id_of(found[1])


def id_of(written: int | str) -> StreamId:
    """An id, whichever way it is written."""
    if isinstance(written, str) and written.startswith("'") and written.endswith("'") and len(written) > 1:
        return written[1:-1].replace("''", "'")
    return int(written) if isinstance(written, str) and re.fullmatch(r"\d{1,18}", written, re.ASCII) else written


def row(said: Said, streams: Mapping[StreamId, Stream], now: datetime, when: When) -> Row:
    """The row of an observation."""
    known = None if said.stream is None else streams.get(said.stream)
    observed_at = instant(said.fields, now, when)
    if known is None:
        named = None if said.stream is None else f"Datastreams({said.stream})"[:100]
        return {"device": named, "property": named, "observed_at": observed_at, "value": said.fields.get("result")}
    return {"device": known.device, "property": known.property, "observed_at": observed_at,
            "value": value(said.fields.get("result"), known)}


def instant(fields: Mapping[str, Any], now: datetime, when: When) -> Any:
    """The instant that an observation speaks of; of an interval one of its ends."""
    for name in ("phenomenonTime", "resultTime"):
        said = fields.get(name)
        if isinstance(said, str) and "/" in said:
            start, end = said.split("/", 1)
            return start if when == "start" else end
        if said is not None:
            return said
    return now.isoformat()


def value(result: Any, stream: Stream) -> Any:
    """A result in the property's unit; what is no number stays as it is, for `ingest` to tell."""
    if isinstance(result, bool):
        return float(result)
    if isinstance(result, str) and NUMBER.fullmatch(result):
        result = float(result)
    if not isinstance(result, int | float) or abs(result) > LARGEST or (stream.factor == 1.0 and stream.zero == 0.0):
        return result
    return float(tidy(np.array([(float(result) - stream.zero) * stream.factor]))[0])
