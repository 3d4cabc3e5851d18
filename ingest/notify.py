"""Tell those who listen that something was committed: one message per transaction."""

from collections.abc import Iterable

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql

CHANNEL = "tonglan"
LONGEST = 7000  # PostgreSQL refuses a payload of 8,000 bytes
MOST_REGIONS = 200  # what touches more is everywhere


def notify(
    connection: Connection, subjects: Iterable[str], batch_id: int | None = None, regions: NDArray[np.int64] | None = None,
) -> None:
    """Say which subjects changed, when the transaction commits; and in which regions (of the smallest), where these are
    all that changed."""
    told: dict[str, object] = {"subjects": sorted(subjects), "batch": batch_id}
    if regions is not None and len(touched := np.unique(regions)) <= MOST_REGIONS:
        told["regions"] = touched.tolist()
    payload = orjson.dumps(told).decode()
    if len(payload) > LONGEST:
        payload = orjson.dumps({"subjects": ["*"], "batch": batch_id}).decode()
    connection.execute(sql("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
