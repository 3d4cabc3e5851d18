"""What a door gets that is served to senders."""

from dataclasses import dataclass, field

from flask import request

from doors.courier import Courier
from doors.state import States
from doors.visitors import Visitors
from ingest.batch import Source
from ingest.door import Hall


@dataclass(frozen=True)
class Desk:
    """Who enters, where rows go, and who is told that some came."""

    hall: Hall
    courier: Courier
    states: States
    visitors: Visitors = field(default_factory=Visitors)

    def let_read(self, door: str, key: str = "") -> None:
        """Pass when who asks may read by a door; `key` is a token in the address. Raises: Refused."""
        if door not in self.visitors.public:
            self.sender(key)

    def sender(self, key: str = "") -> Source | None:
        """The source that asks; None for one who may only read. Raises: Refused."""
        header = f"Bearer {key}" if key else request.headers.get("Authorization")
        return None if self.visitors.knows(header) else self.hall.keeper.admit(header)
