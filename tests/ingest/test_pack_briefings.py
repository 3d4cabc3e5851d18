"""What a pack says of the briefings that are made by themselves."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ingest import pack
from ingest.pack.briefings import Briefings

SAID: dict[str, Any] = {"key": "morning", "span": "daily", "at": "06:30", "regions": ["T"]}


def test_what_is_left_out_is_the_citys_own() -> None:
    plan = Briefings.model_validate(SAID).plan(["en", "zh"])
    assert (plan.at, plan.languages, plan.forms, plan.keep) == (time(6, 30), ("en", "zh"), ("pdf", "xlsx"), 31)
    said = {**SAID, "span": "weekly", "languages": ["zh"], "formats": ["xlsx"], "keep": 3}
    weekly = Briefings.model_validate(said).plan(["en"])
    assert (weekly.languages, weekly.forms, weekly.keep) == (("zh",), ("xlsx",), 3)


def test_a_time_without_quotes_is_the_time_that_was_meant() -> None:
    """YAML reads 17:30 as a number to the base of sixty."""
    assert Briefings.model_validate({**SAID, "at": 17 * 60 + 30}).at == "17:30"


@pytest.mark.parametrize(("fault", "told"), [
    ({"at": "25:00"}, "at"), ({"at": "6:30"}, "at"), ({"at": 9999}, "at"), ({"span": "hourly"}, "span"),
    ({"regions": []}, "of which regions"), ({"formats": []}, "formats"), ({"formats": ["doc"]}, "formats"), ({"keep": 0}, "keep"),
    ({"key": "../x"}, "key"),
])
def test_what_cannot_be_is_refused(fault: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Briefings.model_validate({**SAID, **fault})


def test_a_level_that_the_city_does_not_have_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    text = (pack.reading.PACKS / "guiyang/city.yaml").read_text(encoding="utf-8")
    (tmp_path / "city.yaml").write_text(text.replace("levels: [city, district]", "levels: [city, county]"), encoding="utf-8")
    (tmp_path / "sources").symlink_to(pack.reading.PACKS / "guiyang/sources")
    with pytest.raises(pack.PackError, match=r"city\.yaml, line \d+: briefings: level 'county' is used but not declared"):
        pack.read(tmp_path)
