"""How far long work is, for the screen and for whoever started it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from indicators.text import Text
from ingest import jobs


@dataclass(frozen=True)
class Progress:
    """How far a piece of long work is."""

    key: str
    title: Text
    unit: Text
    done: int
    total: int | None
    finished: bool = False


Report = Callable[[Progress], None]


def tell(connection: Connection, progress: Progress) -> None:
    """Write down how far a piece of long work is, for the screen."""
    jobs.write(connection, progress.key, {
        "title_zh": progress.title.zh, "title_en": progress.title.en, "unit_zh": progress.unit.zh, "unit_en": progress.unit.en,
        "done": progress.done, "total": progress.total, "finished": progress.finished})
