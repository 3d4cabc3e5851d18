"""The scenes that a pack plans are addresses that the screen understands."""

from urllib.parse import urlsplit

import pytest

from indicators.scope import Scope
from ingest import pack
from layouts.view import MODES, Opened, View, parse

WALLS = pack.read("newyork").walls


def test_the_walls_show_every_way_of_drawing_the_map() -> None:
    shown = {parse(*scene.address.partition("?")[::2], "nyc").mode for wall in WALLS for scene in wall.scenes}
    assert shown == set(MODES)


@pytest.mark.parametrize("address", [scene.address for wall in WALLS for scene in wall.scenes])
def test_every_scene_of_new_york_is_a_view(address: str) -> None:
    parts = urlsplit(address)
    view = parse(parts.path, parts.query, "nyc")
    assert view.scope.at is None


def test_a_wall_does_not_mind_its_own_name_in_an_address() -> None:
    assert parse("/r/MN", "?dimension=events&lang=en&wall=main", "nyc") == View(
        Scope("MN", language="en"), Opened("dimension", "events"))
