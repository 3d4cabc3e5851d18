"""How a pack has its agencies scored."""

from pathlib import Path
from typing import Any

import pytest

from indicators.scoring import Weighed
from ingest.pack import PackError, read
from tests.ingest import hamlet

ON_TIME = {"weight": 60, "none": 50, "full": 90}


def packed(folder: Path, scores: dict[str, Any]) -> Any:
    """A pack that says this of scores."""
    hamlet.write(folder / "hamlet", {"scores": scores})
    return read(str(folder / "hamlet"))


def test_a_citys_weights_and_bands_are_its_own(tmp_path: Path) -> None:
    said = packed(tmp_path, {
        "parts": {"org_disposed_on_time": ON_TIME, "situation_satisfied": {"weight": 40, "none": 0, "full": 100}},
        "bands": {"A": 85, "B": 75, "C": 65, "D": 55}, "least": 30})
    found = said.scores.scoring
    assert found.own and found.least == 30
    assert found.parts["org_disposed_on_time"] == Weighed(60, 50, 90)
    assert [found.band(score) for score in (85, 84, 55, 54)] == ["A", "B", "D", "E"]


def test_a_pack_that_says_nothing_has_no_scoring_of_its_own(tmp_path: Path) -> None:
    hamlet.write(tmp_path / "hamlet", {})
    assert read(str(tmp_path / "hamlet")).scores is None


@pytest.mark.parametrize(("scores", "says"), [
    ({"parts": {"happiness": ON_TIME}}, "'happiness' is no indicator"),
    ({"parts": {"place_pm25": ON_TIME}}, "place_pm25 is not made of cases or messages, so agencies have none of it"),
    ({"parts": {"org_rework": ON_TIME}}, "org_rework is better lower, so full must lie below none"),
    ({"parts": {"org_disposed_on_time": {**ON_TIME, "none": 95}}}, "better higher, so full must lie above none"),
    ({"parts": {"org_disposed_on_time": {**ON_TIME, "weight": 0}}}, "weight: "),
    ({"parts": {}}, "scores.parts: "),
    ({"parts": {"org_disposed_on_time": ON_TIME}, "bands": {"B": 95}}, "A above B above C above D"),
])
def test_scores_that_make_no_sense_are_told(tmp_path: Path, scores: dict[str, Any], says: str) -> None:
    with pytest.raises(PackError, match="line") as told:
        packed(tmp_path, scores)
    assert says in str(told.value)
