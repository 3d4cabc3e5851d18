"""How each live door of a source stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql

Standing = Literal["up", "lost", "open", "silent"]
BEATS = timedelta(seconds=30)   # a door that runs says so every five


@dataclass(frozen=True)
class Door:
    """One door: `connected` is None where senders come to it; `told_at` is when the program that keeps it last said so."""

    door: str
    name: str
    connected: bool | None
    since: datetime
    last_at: datetime | None
    messages: int
    rate: float             # messages a second, over the minute before told_at
    lag: timedelta | None
    error: str | None
    error_at: datetime | None
    told_at: datetime

    def standing(self, now: datetime) -> Standing:
        """Connected, or not; open for who comes; or silent, when its program does not run and nobody knows."""
        if now - self.told_at > BEATS:
            return "silent"
        return "open" if self.connected is None else "up" if self.connected else "lost"


def doors(engine: Engine) -> dict[str, tuple[Door, ...]]:
    """The doors of each source that has any, by its key. Raises: DataUnavailable. Source: door_state."""
    with reading(engine, "doors") as connection:
        rows = connection.execute(sql("""
            SELECT s.key, d.door, d.name, d.connected, d.since, d.last_at, d.messages, d.rate, d.lag_s, d.last_error,
                   d.last_error_at, d.updated_at
              FROM door_state d JOIN source s USING (source_id)
             ORDER BY d.door, d.name""")).all()
    found: dict[str, list[Door]] = defaultdict(list)
    for r in rows:
        found[r.key].append(Door(r.door, r.name, r.connected, r.since, r.last_at, r.messages, r.rate,
                                 None if r.lag_s is None else timedelta(seconds=r.lag_s), r.last_error, r.last_error_at,
                                 r.updated_at))
    return {key: tuple(some) for key, some in found.items()}
