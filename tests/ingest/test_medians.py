"""A median is taken from counted classes as by hand."""

import numpy as np
import pytest

from ingest.statistics import median


@pytest.mark.parametrize(("counts", "expected"), [
    ((4, 4, 2), 125),       # half of 10 is 5: one quarter of the second class of 100
    ((2, 0, 0), 50),        # half of 2 is 1: the middle of the first class
    ((5, 5, 0), 100),       # exactly where two classes meet
    ((1, 1, 9), np.nan),    # in the open class
    ((0, 0, 0), np.nan),
    ((np.nan, np.nan, np.nan), np.nan),
])
def test_a_median_lies_inside_its_class(counts, expected):
    assert median(np.array([counts], float), np.array([0.0, 100, 200])) == pytest.approx([expected], nan_ok=True)
