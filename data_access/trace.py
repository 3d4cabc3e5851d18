"""Where a fact came from: source, door, file or address, and line."""

from dataclasses import dataclass
from datetime import datetime

from indicators.text import Text

TRACE_COLUMNS = """s.key AS source_key, s.name_zh AS source_zh, s.name_en AS source_en, s.simulated,
                   b.batch_id, b.door, b.origin, b.received_at AS batch_received_at"""


@dataclass(frozen=True)
class Sender:
    """A source's key and name."""

    key: str
    name: Text


@dataclass(frozen=True)
class Trace:
    """The way back from a fact to the row it was."""

    source_key: str
    source: Text
    simulated: bool
    batch_id: int
    door: str
    origin: str
    row_no: int
    received_at: datetime


def trace(row: object) -> Trace:
    """Read a trace off a row that selected TRACE_COLUMNS and row_no."""
    return Trace(
        row.source_key, Text(row.source_zh, row.source_en), row.simulated,  # type: ignore[attr-defined]
        row.batch_id, row.door, row.origin, row.row_no, row.batch_received_at,  # type: ignore[attr-defined]
    )
