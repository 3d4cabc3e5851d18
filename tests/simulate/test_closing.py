import numpy as np
import pytest

from simulate import closing
from simulate.chance import stream
from simulate.pack import CaseClass

POTHOLE = CaseClass("P", "P0", "Pothole", "A", "roads", "", 1.0, (1.0, 10.0, 100.0), 48.0, 0.8, 0.1)
UNDATED = CaseClass("U", "P0", "Comment", "A", "services", "", 1.0, (1.0, 10.0, 100.0), None, 1.0, 0.0)


def drawn(kind: CaseClass, n: int = 20_000, better: float = 0.0) -> closing.Fate:
    return closing.fates(stream(1, "test"), closing.pace((kind,)), np.zeros(n, np.int64), np.full(n, better))


def test_closing_times_have_the_class_quantiles() -> None:
    fate = drawn(POTHOLE)
    hours = fate.takes[fate.takes < closing.NEVER_H[0] * 3600] / 3600
    assert len(hours) / 20_000 == pytest.approx(0.9, abs=0.01)     # a tenth stays open
    for share, expected in ((0.1, 1.0), (0.5, 10.0), (0.9, 100.0)):
        assert np.quantile(hours, share) == pytest.approx(expected, rel=0.08)


def test_the_share_in_time_is_the_class_share_and_due_times_agree_with_it() -> None:
    fate = drawn(POTHOLE)
    assert fate.in_time.mean() == pytest.approx(0.8, abs=0.01)
    assert (fate.takes[fate.in_time] <= fate.due[fate.in_time]).all()
    assert (fate.takes[~fate.in_time] > fate.due[~fate.in_time]).all()
    assert np.median(fate.due) == 48 * 3600


def test_a_class_without_a_target_has_no_due_time_and_is_never_in_time() -> None:
    fate = drawn(UNDATED, 100)
    assert np.isnan(fate.due).all()
    assert not fate.in_time.any()


def test_a_better_neighbourhood_is_more_often_in_time() -> None:
    assert drawn(POTHOLE, better=0.05).in_time.mean() == pytest.approx(0.8 + 0.05 * 4 * 0.8 * 0.2, abs=0.01)
