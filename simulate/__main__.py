"""python -m simulate: a city that sends what happens in it to the HTTP door, first its past, then its present."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from simulate.run import Options, Run

GOODBYE_S = 0.5        # for a request under way when we are asked to stop


def options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulate", description=__doc__)
    parser.add_argument("--door", default="http://127.0.0.1:8051", help="the ingest process (default %(default)s)")
    parser.add_argument("--tokens", "--token-file", type=Path, default=Path("var/tokens.json"),
                        help="source → token, as JSON (default %(default)s)")
    parser.add_argument("--seed", type=natural, default=20261, help="same seed, same city (default %(default)s)")
    parser.add_argument("--days", type=natural, default=60, help="how much of the past to tell (default %(default)s)")
    parser.add_argument("--pack", default="newyork", help="a folder of packs/ (default %(default)s)")
    parser.add_argument("--once", action="store_true", help="tell the past, then end")
    given = parser.parse_args(arguments)
    return Options(given.door, given.tokens, given.seed, given.days, given.pack, given.once)


def natural(given: str) -> int:
    """A whole number from 0. Raises: ValueError, which argparse puts into words."""
    number = int(given)
    if number < 0:
        raise ValueError(given)
    return number


def main() -> int:
    """Run until asked to stop. Returns: 0, or 2 when it could not go on."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s simulate: %(message)s", stream=sys.stderr)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run = Run(options(), stop)
    worker = Thread(target=run.go, name="run", daemon=True)
    worker.start()
    while worker.is_alive() and not stop.wait(0.2):
        pass
    worker.join(GOODBYE_S)
    if run.failure is not None:
        logging.error("%s", run.failure)
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)     # requests may be under way: what they tell is told again by the next run, waiting for them is not worth it
