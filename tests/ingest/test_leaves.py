"""A point finds its leaf, never the street or the city around it."""

import numpy as np
import shapely

from geo.assign import OUTSIDE
from ingest.leaves import finest, leaves


def test_a_point_is_given_to_the_block_and_not_to_the_district_around_it(engine, town):
    with engine.connect() as connection:
        assigner = leaves(connection)
    found = assigner.assign(np.array([0.005, 0.075, 0.5]), np.array([0.005, 0.005, 0.5]))
    assert found.tolist() == [town.region("T111").region_id, town.region("T222").region_id, -1]


def test_where_a_block_is_not_drawn_a_point_stays_with_the_deepest_region_around_it():
    """City 1 covers 0 … 4, district 2 its left half; of the district's blocks only 3 (0 … 1) is drawn, 4 is not."""
    ids, parents, levels = (np.array(one, np.int32) for one in ([1, 2, 3, 4], [0, 1, 2, 2], [0, 1, 2, 2]))
    shapes = np.array([shapely.box(0, 0, 4, 1), shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 1), None], dtype=object)
    found = finest(ids, parents, levels, shapes).assign(np.array([0.5, 1.5, 3.5]), np.array([0.5, 0.5, 0.5]))
    assert found.tolist() == [3, 2, OUTSIDE]     # nothing under the city but the district is there to be drawn


def test_without_any_shape_no_point_finds_a_region():
    one = np.array([1], np.int32)
    nowhere = finest(one, one * 0, one * 0, np.array([None], dtype=object))
    assert nowhere.assign(np.array([0.5]), np.array([0.5])).tolist() == [OUTSIDE]
