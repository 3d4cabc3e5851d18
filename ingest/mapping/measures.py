"""What each column of a wide table means: the fields that its name, a pattern or a table beside the pack gives to its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingest.mapping.faults import MappingError
from ingest.mapping.spec import Long, Mapping
from ingest.mapping.tables import decoded, rows
from ingest.mapping.values import Reading, Value


@dataclass(frozen=True)
class Measure:
    """One column of a wide table: how its cells are read, and what is the same for all of them."""

    value: Value
    constants: dict[str, str]


def measures(long: Long, columns: Sequence[str], used: frozenset[str], folder: Path) -> list[Measure]:
    """The measures of a table with these columns; those that are `used` elsewhere are none. Raises: MappingError."""
    if long.columns is not None:
        return [Measure(value, {"column": value.column or "", long.by: name}) for name, value in long.columns.items()]
    if long.table is not None:
        return by_table(long.table, long.value or Reading(), folder)
    found = by_pattern(long.pattern or "", long.value or Reading(), [name for name in columns if name not in used])
    if not found:
        raise MappingError(f"long.pattern {long.pattern!r} matches none of the columns {', '.join(columns)}")
    return found


def by_pattern(pattern: str, reading: Reading, columns: Sequence[str]) -> list[Measure]:
    """The columns that match, with what the named groups hold."""
    made = []
    groups = pc.extract_regex(pa.array(columns, pa.string()), pattern).to_pylist()
    for column, group in zip(columns, groups, strict=True):
        if group is not None:
            made.append(Measure(valued(column, reading), {"column": column, **group}))
    return made


def by_table(name: str, reading: Reading, folder: Path) -> list[Measure]:
    """The columns that a CSV lists, with what stands beside each. Raises: MappingError."""
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file():
        raise MappingError(f"{path} is missing; long.table names it")
    listed = rows(path, decoded(path))
    if not listed or "column" not in listed[0]:
        raise MappingError(f"{path}: expected a column `column` and fields such as device or property")
    return [Measure(valued(line["column"], reading), line) for line in listed]


def valued(column: str, reading: Reading) -> Value:
    """A column read so."""
    return Value.model_validate({**reading.model_dump(by_alias=True, exclude_defaults=True), "column": column})


def used_elsewhere(spec: Mapping) -> frozenset[str]:
    """The columns that a mapping needs beside its measures."""
    steps = list(spec.steps.given().values()) if spec.steps else []
    told = [part for step in steps for part in (step.agency, step.actor, step.note) if part is not None]
    values: list[Value] = [*spec.columns.values(), *steps, *told]
    names = {name for value in values for name in value.named()} | {skip.column for skip in spec.skip_when}
    if spec.place is not None:
        place = spec.place
        names |= {name for value in (place.lon, place.lat, place.point) if value is not None for name in value.named()}
        named = (place.geometry, *((place.region.column, place.region.parent) if place.region else ()))
        names |= {name for name in named if name}
    return frozenset(names)
