"""A lane of batches to the door: one connection, one thread, a short queue, first in first out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread

from simulate.door import Answer, Door, Refused, Stopped

log = logging.getLogger(__name__)

WAITING = 32           # batches; about one day of one lane


@dataclass(frozen=True)
class Batch:
    """Rows of one subject, ready to send."""

    subject: str
    rows: int
    body: bytes


class Lane:
    """Sends batches in order; a callable among them is called when all before it were taken."""

    def __init__(self, name: str, door: Door, stop: Event, sent: Callable[[Batch, Answer], None]) -> None:
        self.failure: Refused | None = None
        self._door, self._stop, self._sent = door, stop, sent
        self._queue: Queue[Batch | Callable[[], None] | None] = Queue(WAITING)
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: Batch | Callable[[], None] | None) -> None:
        """Add to the lane, waiting while it is full; None ends it. Raises: Stopped."""
        while not self._stop.is_set():
            try:
                return self._queue.put(item, timeout=0.2)
            except Full:
                continue
        raise Stopped

    def finish(self) -> None:
        """Wait until everything is sent. Raises: Refused, Stopped."""
        self.put(None)
        while self._thread.is_alive() and not self._stop.is_set():
            self._thread.join(0.2)
        if self.failure is not None:
            raise self.failure
        if self._stop.is_set():
            raise Stopped

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                if isinstance(item, Batch):
                    self._sent(item, self._door.post(item.subject, item.body))
                else:
                    item()
        except Stopped:
            pass
        except Refused as error:
            self.failure = error
            self._stop.set()
        finally:
            self._door.close()

    def _next(self) -> Batch | Callable[[], None] | None:
        while not self._stop.is_set():
            try:
                return self._queue.get(timeout=0.2)
            except Empty:
                continue
        return None
