"""The line to the database: passes on what it calls out, and notices when it falls silent."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event, Thread

from data_access.engine import DataUnavailable
from data_access.notices import Notice

log = logging.getLogger(__name__)

PATIENCE_S = 1.0      # how often the line is tried while there is no news
SILENCE_S = 3.5       # without an answer for so long, the line counts as cut: viewers know within 5 s
RECONNECT_S = 0.5


class Pulse:
    """Listens in one thread, and watches the clock in another, which no hanging connection can hold up."""

    def __init__(
        self, listen: Callable[[float], Iterator[tuple[Notice, ...]]], *,
        changed: Callable[[Notice], None], cut: Callable[[datetime], None], restored: Callable[[], None],
    ) -> None:
        self._listen = listen
        self._changed, self._cut, self._restored = changed, cut, restored
        self._heard = time.monotonic()
        self._heard_at = datetime.now(UTC)
        self._up = False
        self._told = False       # that it is cut
        self._stopped = Event()

    def start(self) -> None:
        """Begin to listen."""
        for run in (self._listening, self._watching):
            Thread(target=run, name=f"pulse{run.__name__}", daemon=True).start()

    def stop(self) -> None:
        """Stop listening after the next sign of life."""
        self._stopped.set()

    def _listening(self) -> None:
        while not self._stopped.is_set():
            try:
                for notices in self._listen(PATIENCE_S):
                    self._alive(notices)
                    if self._stopped.is_set():
                        return
            except DataUnavailable as error:
                log.warning("the line to the database is cut: %s", error.__cause__)
            except Exception:
                log.exception("the line to the database failed")
            self._lost()
            self._stopped.wait(RECONNECT_S)

    def _watching(self) -> None:
        while not self._stopped.wait(0.5):
            if time.monotonic() - self._heard > SILENCE_S:
                self._lost()

    def _alive(self, notices: tuple[Notice, ...]) -> None:
        self._heard, self._heard_at = time.monotonic(), datetime.now(UTC)
        if not self._up:
            self._up, self._told = True, False
            self._restored()
        for notice in notices:
            self._changed(notice)

    def _lost(self) -> None:
        self._up = False
        if not self._told:
            self._told = True
            self._cut(self._heard_at)
