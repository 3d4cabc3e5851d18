"""Whether a mapping fits a table and a subject, told before the first row in the words of the pack's author."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from difflib import get_close_matches
from pathlib import Path

from ingest.mapping.faults import MappingError
from ingest.mapping.measures import measures, used_elsewhere
from ingest.mapping.spec import Mapping, Place
from ingest.mapping.tables import read as read_table
from ingest.mapping.values import Reading, Table, Value
from ingest.rows import Field

OF_TABLES = frozenset(("@line", "@table"))
TOLD = 20   # columns that a message lists


def prepare(spec: Mapping, columns: Sequence[str], fields: Sequence[Field], folder: Path) -> None:
    """Raises: MappingError, one mistake a line: fields and columns that do not exist, tables that cannot be read."""
    mistakes = [*unknown_fields(spec, {one.name for one in fields}), *unknown_columns(spec, columns, folder),
                *unreadable_tables(spec, folder)]
    if mistakes:
        raise MappingError("\n".join(dict.fromkeys(mistakes)))


def unknown_fields(spec: Mapping, fields: set[str]) -> Iterator[str]:
    """Fields that the subject does not have."""
    for name in spec.columns:
        if name not in fields:
            yield f"columns.{name}: the subject has no field {name!r}; {near(name, sorted(fields))}"
    if spec.steps is not None and "steps" not in fields:
        yield "steps: only cases have steps"
    if spec.place is not None:
        if (spec.place.lon or spec.place.point or spec.place.geometry) and "lon" not in fields:
            yield "place: this subject takes a region, not coordinates; write `place: {region: …}`"
        if spec.place.region is not None and "region" not in fields:
            yield "place: this subject takes no region"
    if spec.long is not None:
        if spec.long.into not in fields:
            yield f"long.into: the subject has no field {spec.long.into!r}; {near(spec.long.into, sorted(fields))}"
        if spec.long.columns is not None and spec.long.by not in fields:
            yield f"long.by: the subject has no field {spec.long.by!r}; {near(spec.long.by, sorted(fields))}"


def unknown_columns(spec: Mapping, columns: Sequence[str], folder: Path) -> Iterator[str]:
    """Columns that the table does not have."""
    constants: set[str] = set()
    values = dict(labelled(spec))
    if spec.long is not None:
        try:
            found = measures(spec.long, columns, used_elsewhere(spec), folder)
        except MappingError as error:
            yield str(error)
            return
        constants = {f"@{name}" for measure in found for name in measure.constants}
        values |= {f"long ({measure.value.column})": measure.value for measure in found}
    there = {*columns, *constants, *OF_TABLES}
    for where, value in values.items():
        for name in value.named():
            if name not in there and not value.optional:
                yield f"{where}: the table has no column {name!r}; {near(name, columns)}"
    named = [(f"skip_when[{at}]", skip.column) for at, skip in enumerate(spec.skip_when)]
    if spec.place is not None:
        region = spec.place.region
        if spec.place.geometry is not None:
            named.append(("place.geometry", spec.place.geometry))
        if region is not None and not region.optional:
            named += [("place.region", name) for name in (region.column, region.parent) if name]
    for where, name in named:
        if name not in there:
            yield f"{where}: the table has no column {name!r}; {near(name, columns)}"


def labelled(spec: Mapping) -> Iterator[tuple[str, Value]]:
    """Every value of the mapping with where it stands."""
    for name, value in spec.columns.items():
        yield f"columns.{name}", value
    for name, place_value in coordinates(spec.place):
        yield f"place.{name}", place_value
    for name, step in (spec.steps.given() if spec.steps else {}).items():
        yield f"steps.{name}", step
        yield from ((f"steps.{name}.{part}", getattr(step, part)) for part in ("agency", "actor", "note") if getattr(step, part))


def coordinates(place: Place | None) -> Iterator[tuple[str, Value]]:
    """The values of a place's coordinates."""
    if place is not None:
        yield from ((name, value) for name, value in (("lon", place.lon), ("lat", place.lat), ("point", place.point)) if value)


def unreadable_tables(spec: Mapping, folder: Path) -> Iterator[str]:
    """Tables that are missing or contradict themselves."""
    readings: Dict[str, Reading] = dict(labelled(spec))
    tables: list[tuple[str, Table | None]] = [(where, reading.table) for where, reading in readings.items()]
    if spec.place is not None and spec.place.region is not None:
        tables.append(("place.region.aliases", spec.place.region.aliases))
    for where, table in tables:
        if table is not None:
            try:
                read_table(table, folder)
            except MappingError as error:
                yield f"{where}: {error}"


def near(name: str, known: Sequence[str]) -> str:
    """The names that may have been meant, or those that there are."""
    alike = get_close_matches(name, known, n=3, cutoff=0.6)
    if alike:
        return f"did you mean {' or '.join(map(repr, alike))}?"
    return f"there are: {', '.join(known[:TOLD])}" + (" …" if len(known) > TOLD else "")
