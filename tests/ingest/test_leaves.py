"""A point finds its leaf, never the street or the city around it."""

import numpy as np

from ingest.leaves import leaves


def test_a_point_is_given_to_the_block_and_not_to_the_district_around_it(engine, town):
    with engine.connect() as connection:
        assigner = leaves(connection)
    found = assigner.assign(np.array([0.005, 0.075, 0.5]), np.array([0.005, 0.005, 0.5]))
    assert found.tolist() == [town.region("T111").region_id, town.region("T222").region_id, -1]
