"""Makes the briefings that are due: a thread of the screen's process, one copy after the other, never hurrying.

What was missed because the machine was off is made up once: the newest edition of each plan, not all in between. It waits while
data are being loaded, for a briefing of half a city would be wrong; what fails is told, and tried again until the next is due.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from data_access.city import City, UnknownRegion
from data_access.engine import DataUnavailable
from data_access.jobs import Job
from indicators.editions import Copy, Edition, Form, Plan
from indicators.scope import Scope
from indicators.text import LANGUAGES, Text
from layouts.address.pages import BriefingPage
from layouts.view import View
from layouts.words import WORDS
from live.briefings.office import Office, of
from live.printing.printer import CannotPrint

log = logging.getLogger(__name__)

Press = Callable[[View, Form], Iterable[bytes]]   # Raises: DataUnavailable, CannotPrint

START_S = 60.0                      # from the screen's start: who opens it comes first
LOOK_S = 20.0
LONGEST_REST_S = 30.0
DEAD = timedelta(minutes=10)        # work that has not been heard of for so long keeps nobody waiting


class Maker:
    """Looks what is due, and makes it."""

    def __init__(self, office: Office, city: Callable[[], City | None], jobs: Callable[[], Iterable[Job]], press: Press) -> None:
        self._office, self._city, self._jobs, self._press = office, city, jobs, press
        self._stopped = Event()

    def start(self) -> None:
        """Begin; without a plan there is nothing to begin."""
        if self._office.plans:
            Thread(target=self._work, name="briefings", daemon=True).start()

    def stop(self) -> None:
        """No more."""
        self._stopped.set()

    def _work(self) -> None:
        wait = START_S
        while not self._stopped.wait(wait):
            wait = LOOK_S
            try:
                self.tend(lambda: datetime.now(UTC))
            except OSError as error:
                log.warning("briefings cannot be kept in %s: %s", self._office.shelf.folder, error)
            except Exception:
                log.exception("briefings cannot be made")

    def tend(self, clock: Callable[[], datetime]) -> None:
        """Make all that is due. Raises: OSError where nothing can be written."""
        city = self._city()
        if city is None or city.key != self._office.city or self._busy(clock()):
            return
        with self._office.shelf.alone() as alone:
            if alone:
                for plan in self._office.plans:
                    self._make(city, plan, clock)

    def _busy(self, now: datetime) -> bool:
        """Whether data are being loaded."""
        try:
            return any(now - job.updated_at < DEAD for job in self._jobs())
        except DataUnavailable:
            return False              # what is due then fails, and that is told

    def _make(self, city: City, plan: Plan, clock: Callable[[], datetime]) -> None:
        """The newest edition of a plan, as far as it is missing."""
        shelf = self._office.shelf
        first, last = plan.due(clock().astimezone(city.zone).replace(tzinfo=None))
        edition = shelf.edition(plan.key, first) or Edition(plan.key, plan.span, first, last)
        begun = edition
        for wanted in copies(plan, city, clock()):
            there = edition.copy(wanted.key)
            if self._stopped.is_set() or (there is not None and there.waits(clock())):
                continue
            at = clock()
            edition = self._copy(city, edition, Copy(*wanted.key, at, tries=1 if there is None else there.tries + 1))
            self._stopped.wait(min((clock() - at).total_seconds(), LONGEST_REST_S))   # half of a processor is the screen's
        if edition is not begun:
            shelf.keep(plan.key, plan.keep)

    def _copy(self, city: City, edition: Edition, wanted: Copy) -> Edition:
        """One copy, made or told why not. Raises: OSError where not even that can be written."""
        name = f"{edition.plan} of {edition.first} for {wanted.region} ({wanted.language}, {wanted.form})"
        try:
            made = self._office.shelf.put(edition, wanted, self._press(asked(city, edition, wanted), wanted.form))
        except Exception as error:
            why = reason(error, wanted)
            log.warning("the briefing %s cannot be made, try %d: %s", name, wanted.tries, why.en)
            if not isinstance(error, DataUnavailable | CannotPrint | OSError | UnknownRegion):
                log.exception("why the briefing cannot be made is not known")
            return self._office.shelf.note(edition, Copy(*wanted.key, wanted.at, None, why, wanted.tries))
        log.info("the briefing %s is made", name)
        return made


def copies(plan: Plan, city: City, at: datetime) -> Iterator[Copy]:
    """All that one edition of a plan consists of; a region's tables come first, and its pages then find their numbers read."""
    for region in of(plan, city):
        for form in sorted(plan.forms, reverse=True):
            for language in plan.languages:
                yield Copy(region, language, form, at)


def asked(city: City, edition: Edition, copy: Copy) -> View:
    """The page that a copy is of. Raises: UnknownRegion."""
    city.region(copy.region)
    return View(Scope(copy.region, language=copy.language), page=BriefingPage(edition.span, edition.first))


def reason(error: Exception, copy: Copy) -> Text:
    """Why a copy could not be made, for whoever looks for it."""
    if isinstance(error, CannotPrint):
        return WORDS[str(error)]
    if isinstance(error, DataUnavailable):
        return WORDS["notice.unreachable"]
    if isinstance(error, UnknownRegion):
        return Text(*(WORDS["missing.region"][language].format(key=copy.region) for language in LANGUAGES))
    if isinstance(error, OSError):
        told = error.strerror or str(error)
        return Text(f"文件写不下去：{told}", f"the file cannot be written: {told}")
    return Text("程序出错，详见日志", "a mistake of the program; its log says more")
