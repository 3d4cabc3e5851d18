"""Where a click on the map leads."""

from typing import Any

import pytest

from callbacks.map_click import destination
from data_access.city import City
from indicators.scope import Scope
from layouts.view import View

HERE = View(Scope("T1", window="7d", language="en"))


@pytest.mark.parametrize(("click", "address"), [
    ({"kind": "region", "key": "T11"}, "/r/T11?w=7d&lang=en"),
    ({"kind": "region", "key": "T1"}, None),
    ({"kind": "region", "key": "elsewhere"}, None),
    ({"kind": "case", "key": 42}, "/r/T1?w=7d&lang=en&case=42"),
    ({"kind": "device", "key": "air 1"}, "/r/T1?w=7d&lang=en&device=air+1"),
    ({"kind": "cluster", "key": ""}, None),
    ({"kind": "lot", "key": "7"}, None),
    ({}, None),
])
def test_a_click_leads_to_what_was_clicked_and_nowhere_else(town: City, click: dict[str, Any], address: str | None) -> None:
    assert destination(town, HERE, click) == address
