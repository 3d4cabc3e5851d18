"""A pack from a folder of unknown files: a first draft, with what is unsure said in it."""

import csv
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingest.mapping.hints import CityAround
from ingest.mapping.series import called
from ingest.pack import CITY, PackError, read
from ingest.pack.city import SOURCES
from ingest.pack.reading import PACKS
from ingest.regions.rows import text
from ingest.scaffold import city, regions, sources
from ingest.scaffold.city import DATA, SOURCE
from ingest.scaffold.devices import unlisted
from ingest.scaffold.found import Found, look
from ingest.scaffold.measured import units
from ingest.scaffold.regions import Level
from ingest.scaffold.sources import Sent
from ingest.scaffold.systems import fitted, near
from ingest.scaffold.written import comment, inline, line
from ingest.trial.known import known

PLAIN = re.compile(r"^[a-z][a-z0-9-]{0,39}$")
CLASSES = "case_classes.csv"
REGIONS = "regions.csv"
AGENCIES = "agencies.csv"
DEVICES = "devices.csv"
MOST_CLASSES = 2_000


@dataclass(frozen=True)
class Made:
    """A new pack: its folder, what was taken for what, and what needs a look."""

    folder: Path
    taken: tuple[tuple[str, str], ...]      # a table, and what it was taken for
    notes: tuple[str, ...]


def make(key: str, folder: Path, *, name: str | None = None, zone: str | None = None, packs: Path = PACKS) -> Made:
    """Write a pack for a folder of files, which are copied into it. Raises: PackError."""
    if not PLAIN.match(key):
        raise PackError(f"{key!r} is no name for a pack: expected small letters, digits and -, beginning with a letter")
    if not folder.is_dir():
        raise PackError(f"there is no folder {folder}")
    if (packs / key).exists():
        raise PackError(f"{packs / key} is there already; remove it or take another name")
    tables, faults = look(folder)
    if not tables:
        raise PackError("\n".join([f"no file in {folder} can be read as a table", *faults]))
    tables = fitted(tables)
    home = packs / key
    shutil.copytree(folder, home / DATA, ignore=shutil.ignore_patterns(".*"))
    (home / SOURCES).mkdir()
    levels = regions.levels(tables)
    where = (zone, "") if zone else city.zone(tables)
    write_city(home, key, name or key, where, levels, [])
    around, notes = surroundings(home, where[0])
    if around.box is None:
        around = replace(around, box=near(tables))
    facts = sources.sent([table for table in tables if table not in used(levels)], around)
    for one in facts:
        (home / SOURCES / f"{one.key}.yaml").write_text(sources.written(one), encoding="utf-8")
    write_city(home, key, name or key, where, levels, words(home, facts))
    write_offices(home, facts, around.top)
    write_devices(home, facts, around.top)
    return Made(home, tuple(taken(levels, facts)), (*faults, *notes))


def used(levels: Sequence[Level]) -> list[Found]:
    """The tables that are regions and nothing else."""
    alone = [level for level in levels if not level.repeated]
    return [table for level in alone for table in (level.found, level.shapes) if table is not None]


def write_city(home: Path, key: str, name: str, zone: tuple[str, str], levels: Sequence[Level], words: Sequence[str]) -> None:
    """Write city.yaml and the source of its regions; without any region found, one district that is all of the city."""
    content = city.written(key, name, zone, levels, words)
    if not levels:
        (home / REGIONS).write_text(f"code,name\n{key}-all,{name}\n", encoding="utf-8")
        whole = f"    - {{read: {{path: {REGIONS}}}, level: district, code: code, name: name}}\n"
        why = "# no file is of regions: one district stands for the whole city"
        content = content.replace("  files:\n", f"  files:   {why}\n{whole}", 1)
        content = content.replace("\n\ntree:", "\n  - {key: district, zh: 区县, en: District}\n\ntree:", 1)
    (home / CITY).write_text(content, encoding="utf-8")
    (home / SOURCES / f"{SOURCE}.yaml").write_text("\n".join([
        "# yaml-language-server: $schema=../../../docs/schema/source.json", line(0, "key", SOURCE),
        line(0, "name", {"zh": "行政区划", "en": "Regions"}), line(0, "owner", "?", "who owns the data?"),
        line(0, "licence", "?", "under which licence?"), line(0, "kind", "map"), ""]), encoding="utf-8")


def write_offices(home: Path, facts: Sequence[Sent], city: str) -> None:
    """Write the agencies that cases name, and a source of them, where no file lists any."""
    names = sources.offices(facts)
    if names:
        write_table(home / AGENCIES, ("code", "name_zh", "name_en"), [(name, name, name) for name in names])
        write_register(home, sources.free("agencies", {one.key for one in facts}), "agencies", AGENCIES,
                       {"zh": "部门", "en": "Agencies"}, "business",
                       f"no file lists agencies: {AGENCIES} has those that the cases name; its names may be put right",
                       columns={"code": "code", "name_zh": "name_zh", "name_en": "name_en", "region": {"value": city}})


def write_devices(home: Path, facts: Sequence[Sent], city: str) -> None:
    """Write the devices that only readings name, and a source of them: in the city as a whole until somebody places them."""
    codes = unlisted([(one.found, one.guess, one.register) for one in facts])
    if codes:
        write_table(home / DEVICES, ("code", "name", "kind", "region", "lon", "lat"),
                    [(code, code, "other", city, "", "") for code in codes])
        write_register(home, sources.free("devices", {path.stem for path in (home / SOURCES).iterdir()}), "devices", DEVICES,
                       {"zh": "设备", "en": "Devices"}, "iot",
                       f"no file lists these devices: {DEVICES} has those that readings name; write where each stands (lon, lat)",
                       columns={"code": "code", "name": "name", "kind": "kind", "interval_s": {"value": "3600"}},
                       place={"lon": "lon", "lat": "lat", "region": {"column": "region", "by": "code"}})


def write_table(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A CSV beside the pack."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])


def write_register(home: Path, key: str, subject: str, file: str, name: dict[str, str], kind: str, note: str,
                   **mapped: dict[str, Any]) -> None:
    """A source of one file that was written down here; `mapped` are the parts of its mapping."""
    (home / SOURCES / f"{key}.yaml").write_text("\n".join([
        "# yaml-language-server: $schema=../../../docs/schema/source.json", line(0, "key", key), line(0, "name", name),
        line(0, "owner", "?", "who owns the data?"), line(0, "licence", "?", "under which licence?"), line(0, "kind", kind),
        comment(0, note), "datasets:", f"  - key: {subject}", line(4, "subject", subject), line(4, "title", name),
        line(4, "read", {"path": file}), "    map:", *(line(6, part, value) for part, value in mapped.items()), ""]),
        encoding="utf-8")


def surroundings(home: Path, zone: str) -> tuple[CityAround, tuple[str, ...]]:
    """What the regions tell about the other files; and why they do not, where they are no tree yet."""
    try:
        there = known(read(home))
    except PackError as error:
        return CityAround(ZoneInfo(zone)), (str(error),)
    return CityAround(ZoneInfo(zone), there.box, there.regions), ()


def words(home: Path, facts: Sequence[Sent]) -> list[str]:
    """What the facts speak of: classes of cases in a file, kinds of devices and properties in lines of city.yaml."""
    made: list[str] = []
    classes = sources.distinct(facts, "cases", "class")[:MOST_CLASSES]
    if classes:
        with (home / CLASSES).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("code", "parent_code", "name_zh", "name_en", "due_hours"),
                                        *((text(one), "", text(one), text(one), "") for one in classes)])
        made += [line(0, "case_classes", CLASSES, "the texts of the files; due_hours may be filled in, and parents put above")]
    for key, subject, field, more in (
            ("device_kinds", "devices", "kind", {}), ("properties", "observations", "property", {"unit": "1"})):
        found = sources.distinct(facts, subject, field)
        if subject == "devices" and unlisted([(one.found, one.guess, one.register) for one in facts]):
            found = [*found, *({"other"} - set(found))]
        if found:
            names = [(one, *(called(one) if key == "properties" else (one, one))) for one in found]
            told = units([(one.found, one.guess) for one in facts]) if more else {}
            said = {one: {"key": one[:64], "zh": zh, "en": en} | more | unit(told, one) for one, zh, en in names}
            made += [f"{key}:", *(f"  - {inline(parts)}{others(told, one)}" for one, parts in said.items())]
            made += [comment(2, "write each property's unit, and where watch and alarm begin")] if more else []
    return made


def unit(told: dict[str, list[str]], key: str) -> dict[str, str]:
    """The unit of a property, where names say one."""
    return {"unit": told[key][0]} if key in told else {}


def others(told: dict[str, list[str]], key: str) -> str:
    """A note on the units that a property comes in beside the first."""
    more = told.get(key, [])[1:]
    return f"   # also comes in {', '.join(more)}: say `unit: {more[0]}` where it does" if more else ""


def taken(levels: Sequence[Level], facts: Sequence[Sent]) -> list[tuple[str, str]]:
    """What each table was taken for."""
    of_tree = [(level.found.name, "all levels of regions" if level.below else f"regions: {level.kind.key}") for level in levels]
    drawings = [(level.shapes.name, f"shapes: {level.kind.key}") for level in levels if level.shapes is not None]
    of_facts = [(one.found.name, f"{one.guess.subject} → {SOURCES}/{one.key}.yaml" if one.guess
                 else f"nothing that is known → {SOURCES}/{one.key}.yaml") for one in facts]
    return [*of_tree, *drawings, *of_facts]
