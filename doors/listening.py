"""The process that listens to what the pack names, until it is told to stop."""

import logging
import signal
from threading import Event

from sqlalchemy import Engine

from doors.courier import Courier
from doors.keeper import Keeper, heard
from doors.state import States
from ingest.pack import Pack


def listen(engine: Engine, pack: Pack) -> bool:
    """Listen until SIGTERM or SIGINT. Returns: False at once where the pack listens to nothing."""
    if not heard(pack):
        return False
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    keeper = Keeper(Courier(engine, pack), States(engine))
    keeper.start(pack)
    told.wait()
    keeper.stop()
    return True
