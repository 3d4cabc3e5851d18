"""What a door gets that is served to senders."""

from dataclasses import dataclass

from doors.courier import Courier
from doors.state import States
from ingest.door import Hall


@dataclass(frozen=True)
class Desk:
    """Who enters, where rows go, and who is told that some came."""

    hall: Hall
    courier: Courier
    states: States
