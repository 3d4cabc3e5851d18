"""What a source that tells when its rows changed is asked for: only what is new since it was last read whole."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from data_access.engine import sql
from readers.base import Asked
from readers.spec import Read
from readers.table import Table

STAMP = "@([^@]+):end$"            # in the key of the batch that says that all is in
OVERLAP = timedelta(minutes=10)     # clocks may be apart, and a change may be written later than it is dated


def since(engine: Engine, source_id: int, dataset: str, read: Read) -> datetime | None:
    """When it was asked the last time that all of the answer was taken, less an overlap; None asks for everything."""
    if read.updates is None:
        return None
    with engine.connect() as connection:
        stamp = connection.execute(sql("""
            SELECT max(substring(idempotency_key FROM :stamp))
              FROM batch
             WHERE source_id = :source AND dataset = :dataset"""), {
                 "source": source_id, "dataset": dataset, "stamp": STAMP}).scalar()
    try:
        return None if stamp is None else datetime.fromisoformat(stamp) - OVERLAP
    except ValueError:      # of a file, which was read here before
        return None


def silent(table: Table) -> bool:
    """Whether a table that was asked for has nothing to say, not even columns."""
    return isinstance(table, Asked) and not table.columns
