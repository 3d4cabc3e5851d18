"""Which module speaks which protocol: `RUNNERS` listen for the pack's entries, `BLUEPRINTS` are served to senders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from flask import Blueprint

from doors.courier import Courier
from doors.mqtt import listening as mqtt
from doors.state import State, States
from ingest.door import Hall

# Listens by an entry of the pack until `stop` is set. Returns early or raises when the connection is lost: the keeper
# waits a while and runs it again. Arguments: the entry, the source's key, courier, state, stop.
Runner = Callable[[Any, str, Courier, State, Event], None]


@dataclass(frozen=True)
class Desk:
    """What a door gets that is served to senders: who enters, where rows go, and who is told that some came."""

    hall: Hall
    courier: Courier
    states: States


Counter = Callable[[Desk], Blueprint]

RUNNERS: Mapping[str, Runner] = {
    "mqtt": mqtt.run,
}
BLUEPRINTS: Sequence[Counter] = ()
SERVED: Sequence[tuple[str, str]] = ()     # the door and the name by which these tell how they stand
