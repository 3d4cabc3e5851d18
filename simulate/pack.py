"""What a city pack says to the simulator: how much of what, and where its real places and weather are.

Rates, classes and agencies are those of simulate/tables, unless the pack's folder simulation/ has a table of its own.
"""

import csv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import yaml

from simulate.chance import Floats

ROOT = Path(__file__).parent.parent
PACKS = ROOT / "packs"
NODE_MODULES = ROOT / "node_modules"
TABLES = Path(__file__).parent / "tables"

Language = Literal["zh", "en"]


class BadPack(Exception):
    """The pack cannot be simulated; the text says what is missing."""


@dataclass(frozen=True)
class CaseClass:
    """One class of cases and how it has been seen to go. Hours; shares of one."""

    code: str
    parent: str
    name: str
    agency: str
    topic: str
    swayed_by: str
    share: float
    close_hours: tuple[float, float, float]  # 10th, 50th, 90th percentile of the closed
    due_hours: float | None
    on_time: float
    still_open: float


@dataclass(frozen=True)
class Agency:
    """Who does a kind of work; with a borough, only there."""

    code: str
    name_zh: str
    name_en: str
    borough: str | None


@dataclass(frozen=True)
class Kind:
    """One kind of device."""

    key: str
    prefix: str
    name: str
    count: int
    interval_s: int
    spread: str  # even over the lots, or by people


@dataclass(frozen=True)
class Table:
    """A table inside an installed data package: its file, what its columns are called, which rows are wanted."""

    file: Path
    columns: dict[str, str]
    where: dict[str, str]

    def read(self, **types: type) -> pd.DataFrame:
        """The wanted columns under our own names."""
        names = {theirs: ours for ours, theirs in self.columns.items()}
        kinds = {self.columns[ours]: kind for ours, kind in types.items() if ours in self.columns}
        rows = pd.read_csv(self.file, usecols=[*{*names, *self.where}], dtype=kinds | dict.fromkeys(self.where, str))
        for column, wanted in self.where.items():
            rows = rows[rows[column] == wanted]
        return rows[list(names)].rename(columns=names)


@dataclass(frozen=True)
class Sky:
    """A file of hourly weather, and the clock of the place that it is of."""

    file: Path
    zone: ZoneInfo


@dataclass(frozen=True)
class Pack:
    """Everything the simulator knows of a city before it opens the data packages."""

    key: str
    zone: ZoneInfo
    language: Language                    # of titles and names
    city_region: str
    boroughs: dict[str, tuple[str, str]]  # key → region code, name
    sources: dict[str, str]               # subject → source
    cases_per_day: float
    messages_per_day: float
    enterprises_per_month: float
    classes: tuple[CaseClass, ...]
    agencies: tuple[Agency, ...]
    kinds: tuple[Kind, ...]
    channels: tuple[str, ...]
    channel_share: Floats
    hour_of_week: Floats                  # 168 shares, Monday midnight first; one in all
    places: Table                         # tax lots with coordinates, or regions by their codes
    neighbourhoods: Table
    weather: Sky


def load(key: str) -> Pack:
    """Read a pack's tables. Raises: BadPack."""
    folder = PACKS / key / "simulation"
    if not folder.is_dir():
        raise BadPack(f"the pack {key!r} has no folder simulation/, it cannot be simulated")
    said = yaml.safe_load((folder / "simulation.yaml").read_text(encoding="utf-8"))
    zone, language = ZoneInfo(said["time_zone"]), said["language"]
    channels = _rows(_table(folder, "channels.csv"))
    shares = np.array([float(row["share_pct"]) for row in channels])
    return Pack(
        key=key,
        zone=zone,
        language=language,
        city_region=said["city_region"],
        boroughs={name: (borough["region"], borough["name"]) for name, borough in said["boroughs"].items()},
        sources=said["sources"],
        cases_per_day=said["cases_per_day"],
        messages_per_day=said["messages_per_day"],
        enterprises_per_month=said["enterprises_per_month"],
        classes=_classes(folder, language),
        agencies=tuple(Agency(r["code"], r["name_zh"], r["name_en"], r["borough"] or None)
                       for r in _rows(_table(folder, "agencies.csv"))),
        kinds=tuple(Kind(r["kind"], r["prefix"], r[f"name_{language}"], int(r["count"]), int(r["interval_s"]), r["spread"])
                    for r in _rows(folder / "devices.csv")),
        channels=tuple(row["channel"] for row in channels),
        channel_share=shares / shares.sum(),
        hour_of_week=_hour_of_week(_table(folder, "hour_of_week.csv")),
        places=_data(said["places"]), neighbourhoods=_data(said["neighbourhoods"]),
        weather=Sky(_file(said["weather"]), ZoneInfo(said["weather"]["time_zone"])),
    )


def _table(folder: Path, name: str) -> Path:
    """The pack's own table, else the one that every city has."""
    return folder / name if (folder / name).is_file() else TABLES / name


def _classes(folder: Path, language: Language) -> tuple[CaseClass, ...]:
    names = {row["code"]: row for row in _rows(_table(folder, "case_classes.csv"))}
    rows = _rows(_table(folder, "classes.csv"))
    total = sum(float(row["share_pct"]) for row in rows)
    return tuple(
        CaseClass(
            code=row["code"], parent=names[row["code"]]["parent_code"], name=names[row["code"]][f"name_{language}"],
            agency=row["agency"], topic=row["topic"], swayed_by=row["swayed_by"], share=float(row["share_pct"]) / total,
            close_hours=(float(row["close_hours_p10"]), float(row["close_hours_p50"]), float(row["close_hours_p90"])),
            due_hours=float(names[row["code"]]["due_hours"]) if names[row["code"]]["due_hours"] else None,
            on_time=float(row["on_time_pct"]) / 100, still_open=float(row["still_open_pct"]) / 100,
        )
        for row in rows
    )


def _hour_of_week(file: Path) -> Floats:
    rows = sorted(_rows(file), key=lambda row: int(row["weekday_mon0"]))
    shares = np.array([[float(row[str(hour)]) for hour in range(24)] for row in rows]).ravel()
    normal: Floats = shares / shares.sum()
    return normal


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _data(said: dict[str, Any]) -> Table:
    return Table(_file(said), said["columns"], said.get("where", {}))


def _file(said: dict[str, Any]) -> Path:
    """A file of an installed package of npm or PyPI, without importing the package. Raises: BadPack."""
    if "npm" in said:
        home: Path | None = NODE_MODULES / str(said["npm"])
    else:
        spec = find_spec(said["package"])
        home = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
    if home is None or not home.is_dir():
        raise BadPack(f"the data package {said.get('npm') or said['package']!r} is not installed")
    return home / str(said["file"])
