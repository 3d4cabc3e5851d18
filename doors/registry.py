"""Which module speaks which protocol: `RUNNERS` listen for the pack's entries, `BLUEPRINTS` are served to senders."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Any

from flask import Blueprint

from doors.cap import listening as cap
from doors.cap.counter import counter as cap_counter
from doors.courier import Courier
from doors.desk import Desk
from doors.gtfs import listening as gtfs
from doors.mqtt import streams as mqtt
from doors.ngsi.counter import counter as ngsi_counter
from doors.open311 import client as open311
from doors.open311.counter import counter as open311_counter
from doors.sensorthings import client as sensorthings
from doors.sensorthings.server import counter as sensorthings_counter
from doors.state import State

# Listens by an entry of the pack until `stop` is set. Returns early or raises when the connection is lost: the keeper
# waits a while and runs it again. Arguments: the entry, the source's key, courier, state, stop.
Runner = Callable[[Any, str, Courier, State, Event], None]


Counter = Callable[[Desk], Blueprint]

RUNNERS: Mapping[str, Runner] = {
    "cap": cap.run,
    "gtfs_realtime": gtfs.run,
    "mqtt": mqtt.run,
    "open311": open311.run,
    "sensorthings": sensorthings.run,
}
BLUEPRINTS: Sequence[Counter] = (cap_counter, ngsi_counter, open311_counter, sensorthings_counter)
# The door and the name by which these tell how they stand.
SERVED: Sequence[tuple[str, str]] = (("cap", "cap"), ("ngsi", "ngsi"), ("open311", "open311"), ("sensorthings", "sensorthings"))
