"""The timetable that a feed refers to, looked at anew from time to time; while a new one cannot be had the old one counts."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from doors.gtfs import timetable
from doors.gtfs.schedule import Schedule
from doors.state import State
from ingest.pack.doors.gtfs_realtime import GtfsRealtime
from ingest.pack.doors.gtfs_realtime import Timetable as Said
from readers.content import Content
from readers.files import files
from readers.opening import downloaded
from readers.spec import Read
from readers.table import Unreadable

log = logging.getLogger("tonglan.doors")

AGAIN_S = 600.0     # after a failure


@dataclass
class Timetables:
    """The newest timetable that could be read; None before the first."""

    entry: GtfsRealtime
    folder: Path
    zone: ZoneInfo
    state: State
    schedule: Schedule | None = None
    stamp: str = ""
    due: float = 0.0

    def fresh(self) -> bool:
        """Look whether there is a new one, when it is time. Returns: whether there was."""
        said = self.entry.timetable
        if said is None or time.monotonic() < self.due:
            return False
        try:
            content = self.fetched(said)
            self.due = time.monotonic() + said.every
            if content.stamp == self.stamp:
                return False
            self.schedule, self.stamp = timetable.read(content, self.zone), content.stamp
        except Unreadable as error:
            self.due = time.monotonic() + min(AGAIN_S, said.every)
            self.state.failed(f"the timetable {error}")
            return False
        log.info("%s: %d lines, %d trips, %d stops", content.name, len(self.schedule.routes), len(self.schedule.trips),
                 len(self.schedule.stops))
        return True

    def fetched(self, said: Said) -> Content:
        """The archive. Raises: Unreadable."""
        if said.path is not None:
            return next(files(Read(path=said.path), self.folder))
        opens = {} if said.secret is None else {self.entry.parameter or self.entry.header: f"${said.secret}"}
        bears = {"parameters": opens} if self.entry.parameter else {"headers": opens}
        return downloaded(Read(url=said.url, timeout_s=300, **bears))
