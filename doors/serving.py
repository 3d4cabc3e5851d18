"""The process of doors that senders come to: HTTP batches, and the standard protocols beside them."""

import logging
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from data_access.engine import create
from doors.courier import Courier
from doors.desk import Desk
from doors.registry import BLUEPRINTS, SERVED
from doors.state import States
from doors.visitors import Visitors
from ingest import pack, retention
from ingest.batch import Source
from ingest.door import Hall, create_door, work
from ingest.pack import Pack, PackError
from settings import Settings

log = logging.getLogger("tonglan.doors")

HTTP = "http"
GIVE_UP_EVERY_S = 60.0
SCREEN = "screen"   # the batches that come by the screen's own port


def create_doors(
    engine: Engine, states: States, *, said: Pack | None = None, alone: bool = False, name: str = HTTP, stop_days: int = 0,
    visitors: Visitors | None = None,
) -> Flask:
    """All doors that are served, as one Flask app; `said` is the pack, whose sources may say how their messages are read.

    `name` tells the batches of this process from those of others. With `alone`, threads beside it do what a city needs once:
    with `stop_days`, they give up stops of public transport after so many. `visitors` may read; senders alone where not said.
    """
    hall = Hall.of(engine, alone=alone)
    desk = Desk(hall, Courier(engine, said, hall.intake), states, visitors or Visitors())

    def hears(source: Source, answered: dict[str, Any]) -> None:
        count = sum(answered[fate] for fate in ("taken", "seen", "rejected"))
        states.of(source.key, HTTP, name, connects=False).message(count)

    app = create_door(engine, alone=alone, hall=hall, hears=hears)
    for counter in BLUEPRINTS:
        app.register_blueprint(counter(desk))
    if alone and stop_days:
        work(lambda: give_up_stops(hall, stop_days), every_s=GIVE_UP_EVERY_S, name="old stops")
    return app


def give_up_stops(hall: Hall, days: int) -> None:
    """Give up what is older than it is kept. Raises: NoCity; the database's errors."""
    city, _ = hall.intake.prepared()
    gone = retention.give_up(hall.intake.engine, city, datetime.now(UTC), days)
    if gone:
        log.info("%d stops of public transport are older than %d days and were given up", gone, days)


def from_settings() -> Flask:
    """The doors as the environment says, for a server to run. Raises: RuntimeError without a DATABASE_URL."""
    settings = Settings()
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set: start the door by `cli.py run` or `cli.py door`, which know the database")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    engine = create(settings.database_url, statement_timeout_ms=settings.ingest_timeout_ms)
    states = States(engine, resumes=[(HTTP, HTTP), *SERVED])
    states.keep()
    return create_doors(engine, states, said=planned(settings.pack), alone=True, stop_days=settings.stop_days,
                        visitors=Visitors(settings.public_doors, [one.token for one in settings.read_tokens]))


def planned(name: str) -> Pack | None:
    """The pack; None where it cannot be read: doors that need nothing of it go on."""
    try:
        return pack.read(name)
    except PackError as error:
        log.warning("the pack cannot be read, so doors go without it: %s", error)
        return None
