"""Shapes of upper levels, their areas and where their names go."""

import numpy as np
import pytest
import shapely

from geo.nearest import nearest
from geo.tree import areas_km2, label_points, multipolygons, unions

A, B, C = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 0, 6, 1)


def many(*shapes):
    return np.array(shapes, dtype=object)


def test_a_group_is_the_union_of_its_members_and_nothing_else():
    made = unions(multipolygons(many(A, B, C)), ["x", "x", "y"])
    assert made["x"].equals(shapely.box(0, 0, 2, 1))
    assert made["y"].equals(C)


def test_a_hairline_between_neighbours_is_closed_and_a_real_hole_stays():
    hole, hairline = shapely.box(0.4, 0.4, 0.6, 0.6), shapely.box(0.2, 0.2, 0.2 + 1e-6, 0.2 + 1e-6)
    ring = A.difference(hole).difference(hairline)
    (shape,) = unions(multipolygons(many(ring)), ["x"]).values()
    assert shapely.get_num_interior_rings(shape.geoms[0]) == 1
    assert shape.area == pytest.approx(0.96)


def test_a_crossed_ring_becomes_valid_and_keeps_only_its_areas():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    (made,) = multipolygons(many(bow))
    assert made.is_valid and made.geom_type == "MultiPolygon" and made.area == pytest.approx(2)


def test_a_degree_square_on_the_equator_has_its_known_area_and_a_hole_is_taken_away():
    """12,309 km²: 110.574 km by 111.320 km, a hair less towards the pole."""
    whole, holed = areas_km2(multipolygons(many(A, A.difference(shapely.box(0.25, 0.25, 0.75, 0.75)))))
    assert whole == pytest.approx(12_309, rel=1e-3)
    assert holed == pytest.approx(whole * 0.75, rel=1e-3)


def test_a_name_is_written_inside_the_largest_part_even_of_a_crescent():
    crescent = shapely.Point(0, 0).buffer(2).difference(shapely.Point(0.8, 0).buffer(1.9))
    shapes = multipolygons(many(crescent, shapely.union(C, shapely.box(8, 0, 11, 3))))
    labels = label_points(shapes)
    assert shapely.contains(shapes, labels).all()
    assert labels[1].distance(shapely.Point(9.5, 1.5)) < 1e-3


def test_the_nearest_region_is_found_within_its_distance_and_the_lower_id_wins_a_tie():
    """A hundredth of a degree is 1,113 m on the equator."""
    ids, shapes = np.array([9, 4], np.int32), many(shapely.box(0, 0, 1, 1), shapely.box(1.02, 0, 2, 1))
    lon, lat = np.array([1.001, 1.01, 1.019, -1, np.nan]), np.array([0.5, 0.5, 0.5, 0.5, 0.5])
    assert nearest(ids, shapes, lon, lat, 1200).tolist() == [9, 4, 4, -1, -1]
    assert nearest(ids, shapes, lon, lat, 50).tolist() == [-1, -1, -1, -1, -1]
