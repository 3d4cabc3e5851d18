"""Whether the program that listens still says so: `python -m doors.health` ends with 0 then, and tells otherwise what is wrong.

Whoever it listens to may be away: that stands on the page of the source, and is no fault of the program.
"""

import sys
from datetime import UTC, datetime

from sqlalchemy import Engine

from data_access.doors import BEATS, doors
from data_access.engine import DataUnavailable, create
from settings import Settings

TIMEOUT_MS = 5_000


def fault(engine: Engine, now: datetime) -> str | None:
    """What is wrong with the program that listens; None where it told of a door a moment ago. Source: door_state."""
    try:
        listening = [door for some in doors(engine).values() for door in some if door.connected is not None]
    except DataUnavailable as error:
        return str(error)
    if not listening:
        return "the listener has told of no door yet"
    if all(door.standing(now) == "silent" for door in listening):
        return f"the listener has said nothing for more than {BEATS.seconds} s, last at {max(one.told_at for one in listening)}"
    return None


def main() -> None:
    """End with what is wrong, if anything is."""
    url = Settings().database_url
    sys.exit("DATABASE_URL is not set" if url is None else fault(create(url, statement_timeout_ms=TIMEOUT_MS), datetime.now(UTC)))


if __name__ == "__main__":
    main()
