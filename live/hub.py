"""The hub: paints each watched view once per tick, and posts what changed to whoever watches it."""

import logging
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from data_access.engine import DataUnavailable
from live.canvas import Canvas
from live.changes import URGENT, Changes, Mark
from live.lane import LaneClock, Pace
from live.mailbox import Mailbox
from live.picture import Encoded, Picture, encode
from live.tick import LANES, Lane, Tick

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Hashable)
Paint = Callable[[View, Tick], Picture]

PACES: dict[Lane, Pace] = {
    "quick": Pace(gap_s=1.0, rest_s=1.0, urgent_s=0.3),
    "thorough": Pace(gap_s=2.0, rest_s=15.0, urgent_s=0.4, minute_s=12.0),
}
PAINTERS: dict[Lane, int] = {"quick": 3, "thorough": 4}   # they wait for the database most of the time
LEAST = 2              # so many views take in what is not urgent in each round, however much of it is urgent
KEEP_S = 60.0          # an unwatched picture is kept for someone who goes back
FRESH_S = 10.0         # and shown at once within this time
GOOD_S = 5.0           # a first picture is made of what was read within this time; what has changed follows
OLDEST_S = 3 * GOOD_S  # for what was read is made of what was read before: readings of counts, counts of counts


class Hub(Generic[View]):
    """Viewers in, pictures out; `changed` says that something did, `cut` that the database is gone."""

    def __init__(
        self, paint: Paint[View], *, timeless: Callable[[View], bool] = lambda view: False,
        place: Callable[[View], Hashable] = lambda view: None,
    ) -> None:
        self._paint = paint
        self._timeless = timeless            # views of the past: the minute is enough for them
        self._place = place                  # where a view looks; None: everywhere
        self._canvases: dict[View, Canvas] = {}
        self._guard = Lock()
        self._cut_since: datetime | None = None
        self._unseen: set[Lane] = set()      # lanes that have not painted everything since the database came back
        self._painters = {lane: ThreadPoolExecutor(PAINTERS[lane], thread_name_prefix=f"painter-{lane}") for lane in LANES}
        self._changes = Changes()
        self._clocks = {lane: LaneClock(lane, PACES[lane], partial(self._round, lane=lane)) for lane in LANES}
        self.ticks = 0
        self.paintings = 0

    # what happens

    def start(self) -> None:
        """Begin to tick."""
        for clock in self._clocks.values():
            clock.start()

    def close(self) -> None:
        """Stop painting."""
        for clock in self._clocks.values():
            clock.close()
        for painters in self._painters.values():
            painters.shutdown(wait=False, cancel_futures=True)

    def changed(self, subjects: frozenset[str], places: Iterable[Hashable] | None = None) -> None:
        """Facts of these subjects were committed, of these places alone or (None) of any: paint soon."""
        self._changes.note(subjects, places)
        for clock in self._clocks.values():
            clock.wake(urgent=not URGENT.isdisjoint(subjects))

    def cut(self, since: datetime) -> None:
        """The database is gone: keep the pictures, and tell everybody since when."""
        with self._guard:
            self._cut_since = self._cut_since or since
            self._unseen = set(LANES)
        for clock in self._clocks.values():
            clock.halt()
        self._knock()

    def restored(self) -> None:
        """The database is back: paint everything; only then the pictures count as live again."""
        for clock in self._clocks.values():
            clock.resume()

    # who watches

    @property
    def cut_since(self) -> datetime | None:
        """Since when the pictures are not live; None while they are."""
        return self._cut_since

    @property
    def viewers(self) -> int:
        """How many watch."""
        with self._guard:
            return sum(len(canvas.viewers) for canvas in self._canvases.values())

    @property
    def views(self) -> int:
        """How many different views are watched or kept."""
        with self._guard:
            return len(self._canvases)

    @contextmanager
    def watch(self, view: View) -> Iterator[Mailbox]:
        """Lend a mailbox that gets the view's whole picture first, then what changes.

        The picture is painted here when nobody watches the view yet; when that fails because the
        database does not answer, it comes as soon as it can be painted.
        """
        mailbox = Mailbox()
        canvas = self._canvas(view)
        canvas.enter(mailbox)
        try:
            with canvas.first:
                if canvas.blank:
                    self._first(view, canvas)
            if canvas.due or self._changes.since(canvas.reached(None)).anywhere:
                for clock in self._clocks.values():
                    clock.wake(urgent=self._pressing(view, canvas, None))
            yield mailbox
        finally:
            canvas.leave(mailbox)

    def prepare(self, view: View) -> Encoded:
        """Paint a view that somebody may look at next, so that he need not wait for it then. Returns: its picture, if any."""
        canvas = self._canvas(view)
        with canvas.first:
            if canvas.blank:
                self._first(view, canvas)
        canvas.left_at = time.monotonic()
        return canvas.picture

    def _canvas(self, view: View) -> Canvas:
        """The view's canvas; a picture that was left too long ago is not shown again."""
        with self._guard:
            canvas = self._canvases.setdefault(view, Canvas())
            if not canvas.viewers and time.monotonic() - canvas.painted_at > FRESH_S:
                canvas.wipe()
        return canvas

    # painting

    def tick(self, subjects: frozenset[str] | None, lane: Lane | None = None) -> bool:
        """Subjects changed: bring every watched view up to date now, in one lane or both. `subjects` None: everything.

        Returns: whether the database answered for all of them.
        """
        if subjects is not None:
            self._changes.note(subjects)
        return self._round(subjects is None, lane)

    def _round(self, whole: bool, lane: Lane | None) -> bool:
        """Bring every watched view up to date, those first that have waited longest.

        A view's turn takes whatever has changed until then: news that come during a long round are in the views still
        to come, and the next round paints only those before them. After urgent news only a few views take in the others;
        the rest have their turn when the lane has rested.
        Returns: whether the database answered for all of them.
        """
        watched = self._watched()
        pressing = [] if whole else [(view, canvas) for view, canvas in watched if self._pressing(view, canvas, lane)]
        answered = self._turns(pressing, lane, urgent=True)
        rest = sorted(watched, key=lambda item: item[1].reached(lane).other)
        if pressing and len(rest) > LEAST:
            rest = rest[:LEAST]
            self._later(lane)
        answered = self._turns(rest, lane, whole=whole) and answered
        self.ticks += 1
        if whole and answered:
            self._seen_whole(set(LANES) if lane is None else {lane})
        return answered

    def _turns(
        self, watched: list[tuple[View, Canvas]], lane: Lane | None, *, whole: bool = False, urgent: bool = False,
    ) -> bool:
        """The turns of these views, the one that is furthest behind first. Returns: whether the database answered for all."""
        begun = self._changes.newest

        def turn(number: int, view: View, canvas: Canvas) -> bool:
            if number >= LEAST and not whole and not urgent and self._changes.since(begun, urgent=True).anywhere:
                self._later(lane)
                return True                  # the next round begins with what is urgent
            return self._refresh(view, canvas, whole, lane, urgent)

        ordered = sorted(watched, key=lambda item: item[1].reached(lane)[not urgent])
        return all(self._painters[lane or "quick"].map(lambda place: turn(place[0], *place[1]), enumerate(ordered)))

    def _pressing(self, view: View, canvas: Canvas, lane: Lane | None) -> bool:
        """Whether a view must not wait: somebody looks at an old picture of it, or there is something urgent in its place."""
        return canvas.due or canvas.blank or bool(self._changes.since(canvas.reached(lane), self._place(view), urgent=True).here)

    def _later(self, lane: Lane | None) -> None:
        """There is something left to paint."""
        for one in LANES if lane is None else (lane,):
            self._clocks[one].wake()

    def _seen_whole(self, lanes: set[Lane]) -> None:
        """These lanes have painted everything: when all have, the pictures are live again."""
        with self._guard:
            self._unseen -= lanes
            live_again = self._cut_since is not None and not self._unseen
            if live_again:
                self._cut_since = None
        if live_again:
            self._knock()

    def _watched(self) -> list[tuple[View, Canvas]]:
        """The views somebody looks at. Others are marked as due, or forgotten."""
        now = time.monotonic()
        with self._guard:
            for view, canvas in list(self._canvases.items()):
                if not canvas.viewers:
                    canvas.due = True
                    if now - canvas.left_at > KEEP_S:
                        del self._canvases[view]
            return [(view, canvas) for view, canvas in self._canvases.items() if canvas.viewers]

    def _refresh(self, view: View, canvas: Canvas, whole: bool, lane: Lane | None, urgent: bool) -> bool:
        """Paint one view, when there is something new in it. Returns: whether the database answered."""
        if canvas.due or canvas.blank:
            return self._anew(view, canvas)
        anywhere, here, mark = self._changes.since(canvas.reached(lane), self._place(view), urgent=urgent)
        if whole:
            return self._repaint(view, canvas, Tick(datetime.now(UTC), None, lane), mark)
        if not anywhere or self._timeless(view):
            return True
        return self._repaint(view, canvas, Tick(datetime.now(UTC), here, lane, elsewhere=anywhere - here), mark)

    def _anew(self, view: View, canvas: Canvas) -> bool:
        """Paint one view in full. Returns: whether the database answered."""
        if not canvas.first.acquire(blocking=False):
            canvas.due = True                # it is being painted: what has changed meanwhile is painted after
            return True
        try:
            return self._whole(view, canvas)
        finally:
            canvas.first.release()

    def _first(self, view: View, canvas: Canvas) -> bool:
        """Paint a first picture of what is known, for somebody who waits for it. Returns: whether the database answered."""
        canvas.due = False
        return self._repaint(view, canvas, Tick(datetime.now(UTC), good_s=GOOD_S), self._changes.before(OLDEST_S))

    def _whole(self, view: View, canvas: Canvas) -> bool:
        mark = self._changes.newest
        canvas.due = False
        return self._repaint(view, canvas, Tick(datetime.now(UTC)), mark)

    def _repaint(self, view: View, canvas: Canvas, tick: Tick, mark: Mark) -> bool:
        """Paint and lay; the picture has reached that mark then. Returns: whether the database answered; when not,
        the old picture stays."""
        try:
            canvas.lay(encode(self._paint(view, tick)))
        except DataUnavailable:
            log.warning("%s cannot be painted: the database does not answer", view)
            canvas.due = True
            return False
        except Exception:
            log.exception("%s cannot be painted", view)
        canvas.reach(mark, tick.lane)
        self.paintings += 1
        return True

    def _knock(self) -> None:
        with self._guard:
            mailboxes = [mailbox for canvas in self._canvases.values() for mailbox in canvas.viewers]
        for mailbox in mailboxes:
            mailbox.knock()
