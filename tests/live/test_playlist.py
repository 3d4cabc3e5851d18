"""Which scene is due is read off the clock; a wall shows what it may."""

import pytest

from data_access.city import City
from live.playlist import Playlist, Scene, Walls, find, staged

THREE = Playlist((Scene("/", 60), Scene("/r/T1", 30), Scene("/r/T2?i=event_open", 10)), resume_s=45)
WALLS = Walls("smalltown", {"main": THREE, "east": Playlist((Scene("/r/T2", 20),))})


@pytest.mark.parametrize(("second", "address"), [
    (0, "/"), (59.9, "/"), (60, "/r/T1"), (89.9, "/r/T1"), (90, "/r/T2?i=event_open"), (99.9, "/r/T2?i=event_open"), (100, "/"),
    (1_700_000_000, "/"),       # a multiple of 100
    (1_700_000_061, "/r/T1"),
])
def test_the_scene_of_a_second_is_where_the_round_stands_since_1970(second: float, address: str) -> None:
    assert THREE.due(second).address == address


def test_a_scene_speaks_the_walls_language_and_bears_its_name() -> None:
    assert staged(THREE.scenes[2], "main", "en") == "/r/T2?i=event_open&lang=en&wall=main"
    assert staged(THREE.scenes[0], "main", "zh") == "/?lang=zh&wall=main"


def test_a_wall_has_the_scenes_of_its_name_and_no_other_wall_is_there(town: City) -> None:
    assert find(WALLS, town, "main", None) == THREE
    assert find(WALLS, town, "west", None) is None
    assert WALLS.first(town) == "main"


def test_a_wall_limited_to_a_region_leaves_out_what_lies_outside(town: City) -> None:
    found = find(WALLS, town, "main", "T2")
    assert found == Playlist((Scene("/r/T2?i=event_open", 10),), 45)


def test_where_no_scene_is_left_the_region_and_those_below_go_round(town: City) -> None:
    found = find(WALLS, town, "east", "T1")
    assert found is not None
    assert [scene.address for scene in found.scenes] == ["/r/T1", "/r/T11", "/r/T12"]


def test_a_city_without_walls_goes_round_its_districts(town: City) -> None:
    for walls in (Walls(), Walls("elsewhere", {"main": THREE})):
        assert walls.first(town) == "city"
        found = find(walls, town, "city", None)
        assert found is not None
        assert [scene.address for scene in found.scenes] == ["/r/T", "/r/T1", "/r/T2"]
        assert find(walls, town, "main", None) is None


def test_a_scene_that_means_nothing_is_passed_over(town: City) -> None:
    walls = Walls("smalltown", {"main": Playlist((Scene("/r/T9", 10), Scene("/r/T1", 10), Scene("/?w=5y", 10)))})
    found = find(walls, town, "main", None)
    assert found is not None
    assert [scene.address for scene in found.scenes] == ["/r/T1"]
