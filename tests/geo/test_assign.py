"""Points find their region as PostGIS would say, through the grid and at its seams."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as some

from geo.assign import OUTSIDE, Assigner

LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
RING = shapely.box(10, 10, 13, 13).difference(shapely.box(11, 11, 12, 12))


def assigner(regions: dict[int, shapely.Geometry]) -> Assigner:
    return Assigner.from_geometries(np.array(list(regions), np.int32), np.array(list(regions.values()), object))


def ask(regions: dict[int, shapely.Geometry], *places: tuple[float, float]) -> list[int]:
    lon, lat = np.array(places, float).T
    return [int(found) for found in assigner(regions).assign(lon, lat)]


def test_a_point_inside_gets_its_region_and_one_beyond_gets_none():
    assert ask({7: LEFT, 9: RIGHT}, (0.5, 0.5), (1.5, 0.5), (5, 0.5), (0.5, -0.001)) == [7, 9, OUTSIDE, OUTSIDE]


def test_a_point_on_a_shared_border_goes_to_the_lowest_id_whatever_the_order():
    assert ask({9: LEFT, 7: RIGHT}, (1, 0.5)) == [7]
    assert ask({7: LEFT, 9: RIGHT}, (1, 0.5)) == [7]


def test_the_outer_edge_and_corners_belong_to_the_region():
    assert ask({7: LEFT}, (0, 0), (1, 1), (0, 0.5), (0.3, 1)) == [7, 7, 7, 7]


def test_a_hole_is_outside_and_so_is_a_place_that_is_not_a_number():
    assert ask({3: RING}, (11.5, 11.5), (10.5, 11.5), (float("nan"), 11), (11, float("nan"))) == [OUTSIDE, 3, OUTSIDE, OUTSIDE]


def test_overlapping_regions_give_the_lowest_id_even_where_one_covers_the_cell():
    assert ask({5: shapely.box(0, 0, 4, 4), 2: shapely.box(1, 1, 2, 2)}, (1.5, 1.5), (3, 3)) == [2, 5]


def test_without_any_region_every_point_lies_outside():
    assert ask({}, (0, 0), (float("nan"), 1)) == [OUTSIDE, OUTSIDE]


@given(some.lists(some.tuples(some.floats(-0.1, 2.1), some.floats(-0.1, 1.1)), min_size=1, max_size=30))
def test_any_point_is_answered_as_the_exact_test_answers(places):
    exact = [next((i for i in (7, 9) if {7: LEFT, 9: RIGHT}[i].covers(shapely.Point(p))), OUTSIDE) for p in places]
    assert ask({7: LEFT, 9: RIGHT}, *places) == exact


def test_many_random_triangles_are_assigned_as_an_exhaustive_search_would():
    random = np.random.default_rng(1)
    shapes = shapely.polygons(random.uniform(0, 10, (40, 1, 2)) + random.uniform(0, 2, (40, 3, 2)))
    lon, lat = random.uniform(0, 12, (2, 20_000))
    covers = shapely.intersects_xy(shapes[:, None], lon, lat)
    exact = np.where(covers.any(axis=0), covers.argmax(axis=0), OUTSIDE)
    assert (Assigner.from_geometries(np.arange(40, dtype=np.int32), shapes).assign(lon, lat) == exact).all()
