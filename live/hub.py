"""The hub: paints each watched view once per tick, and posts what changed to whoever watches it."""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Condition, Lock, Thread
from typing import Generic, TypeVar

from data_access.engine import DataUnavailable
from live.mailbox import Mailbox
from live.picture import Encoded, Picture, difference, encode, merge
from live.tick import Tick

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Hashable)
Paint = Callable[[View, Tick], Picture]

GAP_S = 0.4            # at most that often: notices in between are taken together
LONGEST_REST_S = 1.0   # after a long tick the hub rests as long as it worked, but no longer than this
RETRY_S = 1.0          # a view that could not be painted is tried again
KEEP_S = 60.0          # an unwatched picture is kept for someone who goes back
FRESH_S = 10.0         # and shown at once within this time
PAINTERS = 3           # they wait for the database most of the time


class Canvas:
    """One watched view: its picture as it was last painted, and its viewers."""

    def __init__(self) -> None:
        self.painting = Lock()
        self.encoded: Encoded = {}
        self.painted_at = float("-inf")
        self.left_at = float("-inf")
        self.due = False                     # changed while nobody looked, or failed
        self.viewers: list[Mailbox] = []

    def lay(self, encoded: Encoded) -> Encoded:
        """Take a newer picture. Returns: what it changes."""
        changed = difference(self.encoded, encoded)
        merge(self.encoded, changed)
        self.painted_at, self.due = time.monotonic(), False
        return changed


class Hub(Generic[View]):
    """Viewers in, pictures out; `changed` says that something did, `cut` that the database is gone."""

    def __init__(self, paint: Paint[View], *, timeless: Callable[[View], bool] = lambda view: False) -> None:
        self._paint = paint
        self._timeless = timeless            # views of the past: the minute is enough for them
        self._canvases: dict[View, Canvas] = {}
        self._guard = Lock()
        self._woken = Condition()
        self._subjects: set[str] = set()
        self._soon = False                   # somebody looks at a picture that is due
        self._connected = True
        self._closed = False
        self._cut_since: datetime | None = None
        self._painters = ThreadPoolExecutor(PAINTERS, thread_name_prefix="painter")
        self.ticks = 0
        self.paintings = 0

    # what happens

    def changed(self, subjects: frozenset[str]) -> None:
        """Facts of these subjects were committed: paint soon."""
        with self._woken:
            self._subjects |= subjects
            self._woken.notify()

    def cut(self, since: datetime) -> None:
        """The database is gone: keep the pictures, and tell everybody since when."""
        with self._woken:
            self._connected = False
            self._cut_since = self._cut_since or since
        self._knock()

    def restored(self) -> None:
        """The database is back: paint everything; only then the pictures count as live again."""
        with self._woken:
            self._connected = True
            self._woken.notify()

    def close(self) -> None:
        """Stop painting."""
        with self._woken:
            self._closed = True
            self._woken.notify()
        self._painters.shutdown(wait=False, cancel_futures=True)

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
        canvas = self._join(view, mailbox)
        try:
            self._begin(view, canvas, mailbox)
            yield mailbox
        finally:
            with self._guard:
                canvas.viewers.remove(mailbox)
                canvas.left_at = time.monotonic()

    def _join(self, view: View, mailbox: Mailbox) -> Canvas:
        with self._guard:
            canvas = self._canvases.setdefault(view, Canvas())
            if not canvas.viewers and time.monotonic() - canvas.painted_at > FRESH_S:
                canvas.encoded = {}
            canvas.viewers.append(mailbox)
        return canvas

    def _begin(self, view: View, canvas: Canvas, mailbox: Mailbox) -> None:
        with canvas.painting:
            if not canvas.encoded:
                self._repaint(view, canvas, Tick(datetime.now(UTC)))
            if canvas.encoded:
                mailbox.take(0)
                mailbox.post(canvas.encoded, whole=True)
            due = canvas.due
        if due:
            with self._woken:
                self._soon = True
                self._woken.notify()

    # painting

    def start(self) -> None:
        """Begin to tick, in a thread of its own."""
        Thread(target=self._run, name="hub", daemon=True).start()

    def _run(self) -> None:
        minute = time.time() // 60
        while True:
            subjects: frozenset[str] | None = self._await(minute)
            if self._closed:
                return
            begun = time.monotonic()
            if time.time() // 60 != minute or self._cut_since is not None:
                minute, subjects = time.time() // 60, None
            try:
                self.tick(subjects)
            except Exception:
                log.exception("a tick failed")
            spent = time.monotonic() - begun
            time.sleep(RETRY_S if self._due() else max(GAP_S - spent, min(spent, LONGEST_REST_S)))

    def _await(self, minute: float) -> frozenset[str]:
        """Sleep until there is something to paint and a database to read, or the minute is over."""
        with self._woken:
            while not self._closed and not (self._connected and self._wanted(minute)):
                self._woken.wait(60 - time.time() % 60)
            subjects = frozenset(self._subjects)
            self._subjects.clear()
            self._soon = False
        return subjects

    def _wanted(self, minute: float) -> bool:
        return (bool(self._subjects) or self._soon or self._cut_since is not None
                or time.time() // 60 != minute or self._due())

    def tick(self, subjects: frozenset[str] | None) -> None:
        """Paint every watched view once, and post the differences. `subjects` None: everything."""
        tick = Tick(datetime.now(UTC), subjects)
        watched = self._watched(tick)
        answered = list(self._painters.map(lambda item: self._refresh(item[0], item[1], tick), watched))
        self.ticks += 1
        with self._woken:
            live_again = subjects is None and self._connected and all(answered) and self._cut_since is not None
            if live_again:
                self._cut_since = None
        if live_again:
            self._knock()

    def _watched(self, tick: Tick) -> list[tuple[View, Canvas]]:
        """The views to paint now. Unwatched ones are marked as due, or forgotten."""
        now = time.monotonic()
        with self._guard:
            for view, canvas in list(self._canvases.items()):
                if not canvas.viewers:
                    canvas.due = True
                    if now - canvas.left_at > KEEP_S:
                        del self._canvases[view]
            return [(view, canvas) for view, canvas in self._canvases.items()
                    if canvas.viewers and (canvas.due or tick.subjects is None or (tick.subjects and not self._timeless(view)))]

    def _refresh(self, view: View, canvas: Canvas, tick: Tick) -> bool:
        """Paint one view and post what changed. Returns: whether the database answered."""
        with canvas.painting:
            first = not canvas.encoded
            changed = self._repaint(view, canvas, tick.whole() if first or canvas.due else tick)
            if changed:
                with self._guard:
                    viewers = list(canvas.viewers)
                for mailbox in viewers:
                    mailbox.post(changed, whole=first)
        return changed is not None

    def _repaint(self, view: View, canvas: Canvas, tick: Tick) -> Encoded | None:
        """Paint one view. Returns: what changed; None when the database does not answer, and the old picture stays."""
        try:
            changed = canvas.lay(encode(self._paint(view, tick)))
        except DataUnavailable:
            log.warning("%s cannot be painted: the database does not answer", view)
            canvas.due = True
            return None
        except Exception:
            log.exception("%s cannot be painted", view)
            return {}
        self.paintings += 1
        return changed

    def _due(self) -> bool:
        with self._guard:
            return any(canvas.due and canvas.viewers for canvas in self._canvases.values())

    def _knock(self) -> None:
        with self._guard:
            mailboxes = [mailbox for canvas in self._canvases.values() for mailbox in canvas.viewers]
        for mailbox in mailboxes:
            mailbox.knock()
