"""Everything that keeps the screens live, put together: the line, the city, the memory, the painter and the hub."""

import logging
import time
from datetime import UTC, datetime
from threading import Event, Thread

from data_access import city, jobs, notices
from data_access.engine import DataUnavailable, Engine
from data_access.notices import EVERYTHING, Notice
from layouts.view import View
from live import reach
from live.atlas import RETRY_S, SUBJECTS, Atlas
from live.desk import Desk
from live.hub import Hub
from live.memory import Memory
from live.painting import Painter
from live.picture import Picture
from live.pulse import Pulse
from live.tick import Tick

log = logging.getLogger(__name__)

FORGET_S = 60.0


class Studio:
    """One process's hub with all that feeds it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.atlas = Atlas(lambda: city.load(engine))
        self.memory = Memory()
        self.painter = Painter(engine, self.memory)
        self.hub: Hub[View] = Hub(self._paint, timeless=lambda view: view.scope.at is not None,
                                  place=lambda view: view.scope.region)
        self.pulse = Pulse(lambda patience: notices.listen(engine, patience),
                           changed=self._changed, cut=self.hub.cut, restored=self._restored)
        self._stopped = Event()

    def start(self) -> None:
        """Begin to listen and to paint."""
        self.hub.start()
        self.pulse.start()
        Thread(target=self._tend, name="studio", daemon=True).start()

    def stop(self) -> None:
        """Stop both."""
        self._stopped.set()
        self.pulse.stop()
        self.hub.close()

    def jobs(self) -> tuple[jobs.Job, ...]:
        """Long work in progress; none where there is no schema yet. Raises: DataUnavailable when the line is cut."""
        try:
            return jobs.running(self.engine)
        except DataUnavailable:
            if self.hub.cut_since is not None:
                raise
            return ()

    def within(self, view: View, code: str) -> bool:
        """Whether all that a view shows lies in this region or below. Raises: DataUnavailable."""
        return reach.within(self.desk(view), code)

    def desk(self, view: View, engine: Engine | None = None) -> Desk:
        """Where a view is read outside of its picture, with its memory; by an engine of one's own. Raises: DataUnavailable."""
        shown = self.atlas.city
        if shown is None:
            raise DataUnavailable("the city")
        return Desk(engine or self.engine, shown, view, Tick(datetime.now(UTC)), self.memory)

    def _paint(self, view: View, tick: Tick) -> Picture:
        shown = self.atlas.city
        if shown is None:
            raise DataUnavailable("the city")
        return self.painter.paint(shown, view, tick)

    def _changed(self, notice: Notice) -> None:
        subjects = notice.subjects
        if subjects & SUBJECTS or EVERYTHING in subjects:
            self.atlas.refresh()
        self.memory.changed(subjects, notice.regions)
        self.hub.changed(subjects, None if notice.regions is None else self._around(notice.regions))

    def _around(self, regions: frozenset[int]) -> frozenset[str] | None:
        """The codes of regions with all that they lie in; None where one is not known."""
        shown = self.atlas.city
        if shown is None or not regions <= shown.regions.keys():
            return None
        return frozenset(above.code for one in regions for above in shown.path(shown.regions[one]))

    def _restored(self) -> None:
        self.atlas.refresh()
        self.memory.changed({EVERYTHING})
        self.hub.restored()

    def _tend(self) -> None:
        """Look for the city until there is one, and sweep the memory now and then."""
        swept = time.monotonic()
        while not self._stopped.wait(RETRY_S):
            if self.atlas.city is None and self.hub.cut_since is None:
                self.atlas.refresh()
            if time.monotonic() - swept > FORGET_S:
                self.memory.forget()
                swept = time.monotonic()
