"""Where tiles lie, how shapes are simplified and how points are counted."""

import numpy as np
import pytest
import shapely

from geo import tiling


def test_the_whole_world_is_the_one_tile_of_zoom_zero() -> None:
    west, south, east, north = tiling.bounds(0, 0, 0)
    assert (west, east) == (-180, 180)
    assert north == -south == pytest.approx(85.0511, abs=1e-4)


def test_the_north_western_quarter_is_tile_zero_zero_of_zoom_one() -> None:
    west, south, east, north = tiling.bounds(1, 0, 0)
    assert (west, east) == (-180, 0)
    assert south == pytest.approx(0, abs=1e-9)
    assert north > 85


def test_the_square_s_middle_is_where_equator_and_prime_meridian_cross() -> None:
    assert tiling.unit_square(np.array([[0.0, 0.0], [90.0, 0.0]])) == pytest.approx(np.array([[0.5, 0.5], [0.75, 0.5]]))


@pytest.mark.parametrize(("z", "x", "y", "there"), [(0, 0, 0, True), (1, 2, 0, False), (1, 0, -1, False), (-1, 0, 0, False)])
def test_a_tile_exists_only_inside_its_zoom_s_square(z: int, x: int, y: int, there: bool) -> None:
    assert tiling.exists(z, x, y) is there


def test_neighbours_still_share_their_border_after_simplification() -> None:
    """A wavy border between two halves: 400 waves of a metre are invisible at zoom 10, and neither half gapes."""
    wave = [(0.5 + 0.00001 * (k % 2), k / 400) for k in range(401)]
    left = shapely.Polygon([(0, 0), *wave, (0, 1)])
    right = shapely.Polygon([(1, 0), *wave, (1, 1)])
    simple = tiling.simplified([left, right], 10)
    assert shapely.get_num_coordinates(simple).sum() < 200
    assert shapely.coverage_is_valid(simple)
    whole = shapely.transform(shapely.box(0, 0, 1, 1), tiling.metres)
    assert shapely.union_all(simple).area == pytest.approx(whole.area, rel=1e-6)


def test_a_bend_that_can_be_seen_is_kept() -> None:
    bay = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 0.5), (0, 1)])
    assert shapely.get_num_coordinates(tiling.simplified([bay], 10))[0] == 6


def test_more_regions_need_a_nearer_zoom() -> None:
    """A box of half a degree is as wide as a tile of zoom 9.5; four times the regions are one zoom nearer."""
    box = (0.0, 0.0, 0.5, 0.5)
    assert tiling.first_zoom(box, tiling.REGIONS_A_TILE + 1, (0, 16)) == 9
    assert tiling.first_zoom(box, 4 * tiling.REGIONS_A_TILE, (0, 16)) == 10
    assert tiling.first_zoom(box, 16 * tiling.REGIONS_A_TILE, (0, 16)) == 11
    assert tiling.first_zoom(box, 10, (11, 13)) == 11


def test_regions_that_fit_into_one_tile_are_shown_where_the_whole_takes_half_of_one() -> None:
    assert tiling.first_zoom((0.0, 0.0, 0.5, 0.5), tiling.REGIONS_A_TILE, (0, 16)) == 8


def pyramid() -> tiling.Pyramid:
    """Three points in the world's north-western quarter, two of them in one cell, and one in the south-east."""
    return tiling.Pyramid(3, np.array([0, 3, 7]), np.array([0, 1, 7]), np.array([2, 1, 1]))


def test_a_tile_s_counts_add_up_to_its_points() -> None:
    column, row, n = pyramid().tile(0, 0, 0, 2)
    assert list(zip(column.tolist(), row.tolist(), n.tolist(), strict=True)) == [(0, 0, 3), (1, 1, 1)]
    assert pyramid().tile(1, 0, 0, 4)[2].tolist() == [2, 1]
    assert pyramid().tile(1, 1, 0, 4)[2].tolist() == []


def test_a_grid_cannot_be_counted_finer_than_it_is() -> None:
    with pytest.raises(ValueError, match="cannot be counted"):
        pyramid().tile(2, 0, 0, 4)
