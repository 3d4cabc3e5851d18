"""Tell those who listen that something was committed: one message per transaction."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection

from data_access.engine import sql

CHANNEL = "tonglan"
LONGEST = 7000  # PostgreSQL refuses a payload of 8,000 bytes


def notify(connection: Connection, subjects: Iterable[str], batch_id: int | None = None) -> None:
    """Say which subjects changed, when the transaction commits."""
    payload = orjson.dumps({"subjects": sorted(subjects), "batch": batch_id}).decode()
    if len(payload) > LONGEST:
        payload = orjson.dumps({"subjects": ["*"], "batch": batch_id}).decode()
    connection.execute(sql("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
