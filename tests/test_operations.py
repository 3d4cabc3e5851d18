"""What operators may set is told to them: docs/operations.md names every setting and its default, and none that is not there."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from settings import ROOT, Settings

PAGE = ROOT / "docs/operations.md"


def documented() -> dict[str, str]:
    """The table of settings: variable → default as it is written."""
    section = PAGE.read_text().partition("## Settings")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", section, re.MULTILINE))


def written(field: FieldInfo) -> str:
    """A default as the page writes it."""
    default = field.default
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default.relative_to(ROOT)}`" if isinstance(default, Path) else f"`{default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    assert documented().get(name.upper()) == written(Settings.model_fields[name])


def test_nothing_is_documented_that_cannot_be_set() -> None:
    assert set(documented()) == {name.upper() for name in Settings.model_fields}
