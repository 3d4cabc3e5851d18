"""The next things made in a thread of their own while the one before is used."""

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Made = TypeVar("Made")

WAIT_S = 0.2


class End:
    """Nothing follows; `fault` says whether it went wrong."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault


def ahead(things: Iterable[Made], most: int = 1) -> Generator[Made]:
    """The same things, of which at most so many wait. Raises: what making them raises."""
    waiting: Queue[Made | End] = Queue(most)
    stopped = Event()

    def put(thing: Made | End) -> None:
        while not stopped.is_set():
            try:
                waiting.put(thing, timeout=WAIT_S)
                return
            except Full:
                continue

    def make() -> None:
        end = End()
        try:
            for thing in things:
                put(thing)
                if stopped.is_set():
                    return
        except BaseException as fault:  # told where the things are used
            end = End(fault)
        put(end)

    maker = Thread(target=make, name="reading ahead", daemon=True)
    maker.start()
    try:
        while not isinstance(thing := waiting.get(), End):
            yield thing
        if thing.fault is not None:
            raise thing.fault
    finally:
        stopped.set()
        maker.join()
