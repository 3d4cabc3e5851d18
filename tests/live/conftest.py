"""The application as a fixture of a test's own: started as its settings say, and stopped when the module is done."""

import time
from collections.abc import Callable, Iterator

import pytest
from dash import Dash

from app import create_app
from settings import Settings

READY_S = 30.0


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[Settings], Dash]]:
    """Starts an application and waits until it knows its city and hears of changes."""
    studios = []

    def started(settings: Settings) -> Dash:
        app = create_app(settings)
        studio = app.server.extensions["studio"]
        studios.append(studio)
        deadline = time.monotonic() + READY_S
        while (studio.atlas.city is None or studio.hub.cut_since) and time.monotonic() < deadline:
            time.sleep(0.02)
        return app

    yield started
    for studio in studios:
        studio.stop()
