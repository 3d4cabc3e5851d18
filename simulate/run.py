"""One run of the simulator: registers first, then the newest days, then the clock beside the rest of the past."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from simulate import batches, clock, memory, world
from simulate.agenda import Agenda
from simulate.backfill import Backfill, tasks
from simulate.case_rows import STEP_EVENT
from simulate.clock import Clock
from simulate.door import Answer, BadTokens, Door, Refused, Stopped, tokens
from simulate.hotline import CALL_EVENT
from simulate.lane import Batch, Lane
from simulate.memory import Memory
from simulate.pack import BadPack
from simulate.progress import Progress
from simulate.words import COMMA
from simulate.world import World

log = logging.getLogger(__name__)

SENSOR_LANES = 2       # one keeps the door busy while the database is busy with the other's


@dataclass(frozen=True)
class Options:
    """What a run is asked to do."""

    door: str
    tokens: Path
    seed: int
    days: int
    pack: str
    once: bool

    @property
    def memory(self) -> Path:
        """The file that remembers what was told."""
        return self.tokens.parent / f"simulator-{self.seed}.json"


class Run:
    """One run; `failure` says what ended it before its time."""

    def __init__(self, options: Options, stop: Event) -> None:
        self.options, self.stop = options, stop
        self.failure: str | None = None
        self._clock: Thread | None = None

    def go(self) -> None:
        """Do all of it; returns when stopped, when it failed, or, asked for the past alone, when that is told."""
        try:
            self._tell()
        except Stopped:
            pass
        except (Refused, BadPack, BadTokens) as error:
            self._fail(error)
        except Exception as error:
            log.exception("the simulator failed")
            self._fail(error)

    def _tell(self) -> None:
        began = time.monotonic()
        city = world.load(self.options.seed, self.options.pack)
        self._tokens = tokens(self.options.tokens, city.pack.sources)
        past = memory.load(self.options.memory)
        log.info("the city is drawn: %d places, %d devices (%.1f s)", len(city.places), len(city.devices.code),
                 time.monotonic() - began)
        now = int(time.time())
        self._registers(city, past, now)
        self._past(city, past, now)
        while self._clock is not None and self._clock.is_alive() and not self.stop.wait(0.2):
            pass

    def _registers(self, city: World, past: Memory, now: int) -> None:
        """Tell who and what there is; find out whether the city knows us."""
        door, began = self._door(), time.monotonic()
        agencies = [
            {"code": agency.code, "name_zh": agency.name_zh, "name_en": agency.name_en,
             "region": city.pack.boroughs[agency.borough][0] if agency.borough else city.pack.city_region}
            for agency in city.pack.agencies
        ]
        for batch in batches.of_rows("agencies", agencies):
            answer = door.post(batch.subject, batch.body, keyed=False)
            if past.known_days() and answer.taken and not answer.seen:
                log.warning("the city does not know our agencies: telling everything from the start")
                past.forget()
        told = _send(door, batches.of_rows("devices", city.devices.rows(city.places, COMMA[city.pack.language])))
        told += _send(door, clock.news(city, past.news, now, self.options.days))
        past.mark_news(now)
        door.close()
        log.info("registers: %d rows (%.1f s)", told + len(agencies), time.monotonic() - began)

    def _past(self, city: World, past: Memory, now: int) -> None:
        """Tell the days before now, and start the clock once the newest are told."""
        began = time.monotonic()
        steps, calls = Agenda(STEP_EVENT), Agenda(CALL_EVENT)

        def count(batch: Batch, answer: Answer) -> None:
            backfill.count(batch, answer)

        def start_clock() -> None:
            log.info("the newest days are told (%.1f s)", time.monotonic() - began)
            if not self.options.once:
                self._start_clock(Clock(city, self._door(), past, steps, calls, merged=lambda: backfill.merged,
                                        since=now, stop=self.stop))

        backfill = Backfill(
            city, past, Progress(self._door()), Lane("work", self._door(), self.stop, count),
            tuple(Lane(f"sensors {n}", self._door(), self.stop, count) for n in range(SENSOR_LANES)), steps, calls, start_clock)
        try:
            backfill.run(tasks(past, now, self.options.days))
            backfill.progress.finish()
        finally:
            backfill.progress.close()
        counts = (f"{subject} taken {taken}, seen {seen}, rejected {rejected}"
                  for subject, (taken, seen, rejected) in sorted(backfill.counts.items()))
        log.info("the past is told (%.1f s): %s", time.monotonic() - began, "; ".join(counts) or "nothing was missing")
        log.info("to come: %d steps, %d calls", len(steps), len(calls))

    def _start_clock(self, ticking: Clock) -> None:
        def run() -> None:
            try:
                ticking.run()
            except Stopped:
                pass
            except Exception as error:
                log.exception("the clock stopped")
                self._fail(error)

        self._clock = Thread(target=run, name="clock", daemon=True)
        self._clock.start()

    def _door(self) -> Door:
        return Door(self.options.door, self._tokens, self.stop)

    def _fail(self, error: Exception) -> None:
        self.failure = str(error) or type(error).__name__
        self.stop.set()


def _send(door: Door, wanted: Iterable[Batch]) -> int:
    rows = 0
    for batch in wanted:
        door.post(batch.subject, batch.body)
        rows += batch.rows
    return rows
