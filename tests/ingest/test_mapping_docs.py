"""Every example of docs/mapping.md does what the page says."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import yaml

from ingest.mapping.apply import Around, apply
from ingest.mapping.mapped import Mapped
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import STEPS, Long, Mapping, Place, RegionBy, Skip, Steps
from ingest.mapping.values import Reading, Split, Table, Unit, Value
from ingest.rows import FIELDS, Field
from settings import ROOT

PAGE = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LINE = re.compile(r"^(\{.*\})\s+# (text|number|time|flag): (.+) → (.+)$")
FILES = {"classes.csv": "名称,编码,大类\n噪声,0101,01\n", "sensors.csv": "column,device,property\n一号站,air-1,pm25\n"}
TREE = RegionIndex(
    codes=["310000", "310101", "310115", "310101001", "310115001", "060101"],
    names_zh=["上海市", "黄浦区", "浦东新区", "中山街道", "中山街道", "试验区"],
    names_en=["Shanghai", "Huangpu", "Pudong", "A", "B", "C"],
    parents=["", "310000", "310000", "310101", "310115", "310000"], levels=[0, 1, 1, 2, 2, 1],
    level_keys=["city", "district", "street"])


class Plain(yaml.SafeLoader):
    """YAML whose dates stay texts, as a file's cells are."""


Plain.yaml_implicit_resolvers = {
    letter: [one for one in found if one[0] != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def plain(text: str) -> Any:
    return yaml.load(text, Plain)


def lines() -> Iterator[tuple[str, str, str, str]]:
    """Every line that reads one cell: the value, the kind of its field, the cell or cells, the outcome."""
    for block in BLOCKS:
        for line in block.splitlines():
            found = LINE.match(line)
            if found:
                yield found[1], found[2], found[3], found[4]


def wholes() -> list[dict[str, Any]]:
    """Every example that maps rows."""
    return [plain(block) for block in BLOCKS if block.startswith("subject:")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pack's folder, with the files that the page speaks of."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def mapped(spec: dict[str, Any], fields: tuple[Field, ...], rows: list[dict[str, Any]], folder: Path) -> Mapped:
    frame = pd.DataFrame(rows, dtype=object)
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return apply(Mapping.model_validate(spec), frame, fields,
                 Around(ZoneInfo("Asia/Shanghai"), folder=folder, regions=TREE, table="lots_2024.csv"))


def shown(made: Mapped, name: str, row: int) -> Any:
    """A value as the page writes it."""
    value = made.columns[name][row]
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype(datetime).replace(tzinfo=UTC)
    return None if value is None or value != value else value


def meant(value: Any) -> Any:
    """What the page expects, comparable."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z", value):
        return datetime.fromisoformat(value)
    return pytest.approx(value, abs=1e-4) if isinstance(value, float) else value


@pytest.mark.parametrize(("value", "kind", "cells", "outcome"), list(lines()))
def test_a_line_reads_its_cell_as_it_says(value: str, kind: Any, cells: str, outcome: str, folder: Path) -> None:
    given = plain(cells)
    row = given if isinstance(given, dict) else {"c": None if given is None else str(given)}
    made = mapped({"columns": {"f": plain(value)}}, (Field("f", kind),), [row], folder)
    refused = re.fullmatch(r"refused \((\w+)\)", outcome)
    if refused:
        assert [reason.code for reason in made.rejects.reasons[0]] == [refused[1]]
    else:
        assert not made.rejects.reasons
        assert shown(made, "f", 0) == meant(plain(outcome))


@pytest.mark.parametrize("example", wholes(), ids=lambda example: str(example["map"])[:60])
def test_a_whole_example_gives_what_it_says(example: dict[str, Any], folder: Path) -> None:
    made = mapped(example["map"], FIELDS[example["subject"]], example["rows"], folder)
    assert len(made.lines) == len(example["gives"])
    for row, expected in enumerate(example["gives"]):
        if "refused" in expected:
            assert expected["refused"] in [reason.code for reason in made.rejects.reasons[row]]
            continue
        assert row not in made.rejects.reasons
        assert {name: shown(made, name, row) for name in expected} == {name: meant(value) for name, value in expected.items()}


def test_the_page_shows_every_word_of_a_mapping() -> None:
    for model in (Mapping, Value, Reading, Split, Table, Unit, Place, RegionBy, Long, Skip, Steps):
        for name, field in model.model_fields.items():
            assert re.search(rf"\b{field.alias or name}\b", PAGE), f"docs/mapping.md does not show {model.__name__}.{name}"
            assert field.description or any("description" in str(part) for part in field.metadata)
    assert all(step in PAGE for step in STEPS)


def test_the_examples_are_many() -> None:
    """A page whose blocks are no longer found would pass for nothing."""
    assert len(list(lines())) > 70
    assert len(wholes()) > 12
