"""Outlines are drawn in a frame, as neighbours, without specks."""

import re

import pytest
import shapely

from geo.outlines import drawing


def square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


def points(path: str) -> set[tuple[float, float]]:
    return {(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)}


def test_two_squares_on_the_equator_fill_the_frame_side_by_side():
    drawn = drawing([square(0, 0), square(0.01, 0)], 200, 500)
    assert drawn.height == pytest.approx(100, abs=0.1)
    assert points(drawn.outlines[0].path) == {(0, 0), (100, 0), (100, 100), (0, 100)}
    assert points(drawn.outlines[1].path) == {(100, 0), (200, 0), (200, 100), (100, 100)}


def test_what_is_too_high_is_made_narrower_and_stands_in_the_middle():
    drawn = drawing([square(0, 0), square(0, 0.01)], 200, 100)
    assert drawn.height == pytest.approx(100)
    assert {x for one in drawn.outlines for x, _ in points(one.path)} == {75, 125}


def test_an_islet_is_left_out_but_a_region_that_is_nothing_else_stays():
    speck, rock = square(0.03, 0.03, 0.00001), shapely.MultiPolygon([square(0.0301, 0.03, 0.00001)])
    drawn = drawing([shapely.MultiPolygon([square(0, 0), speck]), rock], 200, 500)
    assert drawn.outlines[0].path.count("M") == 1
    assert drawn.outlines[1].path.count("M") == 1


def test_a_name_stands_inside_its_region():
    ring = shapely.Polygon([(0, 0), (0.01, 0), (0.01, 0.01), (0.009, 0.01), (0.009, 0.001), (0, 0.001)])   # an L, upside down
    x, y = drawing([ring], 100, 500).outlines[0].label
    assert shapely.Polygon([(0, 100), (100, 100), (100, 0), (90, 0), (90, 90), (0, 90)]).contains(shapely.Point(x, y))
