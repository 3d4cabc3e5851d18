"""The batch that a file, or a part of one, is taken by."""

import json
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql


def source_number(connection: Connection, key: str) -> int:
    """The number of a source."""
    return int(connection.execute(sql("SELECT source_id FROM source WHERE key = :key"), {"key": key}).scalar_one())


def open_batch(connection: Connection, source_id: int, origin: str, subject: str, key: str) -> int:
    """Begin a batch from a file."""
    return int(connection.execute(sql("""
        INSERT INTO batch (source_id, door, origin, subject, idempotency_key)
        VALUES (:source, 'file', :origin, :subject, :key)
        RETURNING batch_id"""), {"source": source_id, "origin": origin, "subject": subject, "key": key}).scalar_one())


def close_batch(connection: Connection, batch_id: int, taken: int, seen: int, rejected: int, answer: dict[str, Any]) -> None:
    """Write down what became of a batch; `taken` and `seen` count facts, `rejected` rows of the file."""
    connection.execute(sql("""
        UPDATE batch SET taken = :taken, seen = :seen, rejected = :rejected, answer = CAST(:answer AS jsonb)
         WHERE batch_id = :batch"""),
        {"batch": batch_id, "taken": taken, "seen": seen, "rejected": rejected, "answer": json.dumps(answer)})
