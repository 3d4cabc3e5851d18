import numpy as np
import pytest

from indicators.metrics import METRICS
from ingest.predicate import NotUnderstood, compile_condition

VALUE = np.array([5.0, 10.0, 15.0])


@pytest.mark.parametrize(("condition", "held"), [
    ("f.value >= 10", [False, True, True]),
    ("f.value <> 10 AND f.property = 'pm25'", [True, False, True]),
    ("f.property = 'no2' AND f.value > 0", [False, False, False]),
    ("f.property IN ('no2', 'pm25') AND (f.value < 6)", [True, False, False]),
    ("f.value >= f.watch", [False, False, True]),
    ("f.value >= f.alarm", [False, False, False]),
    ("f.value <> f.alarm", [False, False, False]),
    ("CASE WHEN f.low_is_bad THEN f.value <= f.watch ELSE f.value >= f.watch END", [True, True, False]),
])
def test_a_condition_holds_where_sql_says_so(condition: str, held: list[bool]) -> None:
    """watch is 12, alarm is NULL, low is bad; comparisons with NULL never hold."""
    term, _ = compile_condition(condition)
    result = term({"property": "pm25", "value": VALUE, "watch": 12.0, "alarm": None, "low_is_bad": True})
    assert np.broadcast_to(result, 3).tolist() == held


@pytest.mark.parametrize("condition", [
    "f.value IS 3", "EXISTS (SELECT 1)", "f.value >= 1 OR f.value < 0", "f.value >=", "upper(f.property) = 'A'",
    "f.value ~ 'x'", "f.value >= 1; DROP TABLE device"])
def test_what_is_not_understood_is_left_to_sql(condition: str) -> None:
    with pytest.raises(NotUnderstood):
        compile_condition(condition)


def test_every_observation_metric_of_ours_is_understood() -> None:
    for metric in METRICS.values():
        if metric.fact == "observation" and metric.where is not None:
            compile_condition(metric.where)
