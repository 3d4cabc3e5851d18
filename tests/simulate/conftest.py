"""One drawn city for all simulator tests, a small one for whole runs, and a door that only keeps a book."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulate import devices
from simulate import world as worlds
from simulate.run import Options
from simulate.world import World
from tests.simulate.fake_door import SOURCES, FakeDoor, fake_door


@pytest.fixture
def door() -> Iterator[FakeDoor]:
    """A door of this test's own."""
    with fake_door() as opened:
        yield opened


@pytest.fixture(scope="session")
def city() -> World:
    """New York, drawn by seed 7."""
    return worlds.load(7, "newyork")


@pytest.fixture(scope="session")
def guiyang() -> World:
    """A city of codes alone, drawn by the same seed."""
    return worlds.load(7, "guiyang")


@pytest.fixture(scope="session")
def hamlet(city: World) -> World:
    """The same city with a fortieth of its devices and cases."""
    kinds = tuple(replace(kind, count=-(-kind.count // 40)) for kind in city.pack.kinds)
    pack = replace(city.pack, kinds=kinds, cases_per_day=200.0, messages_per_day=80.0, enterprises_per_month=8.0)
    return replace(city, pack=pack, devices=devices.draw(city.seed, pack, city.places))


@pytest.fixture
def asked(door: FakeDoor, tmp_path: Path) -> Options:
    """A run of two days of the past against the fake door."""
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({source: f"{source}-token" for source in SOURCES}))
    return Options(door.url, tokens, 7, 1, "newyork", once=True)
