"""A mapping applied to rows: every row comes out once, good or with all its reasons.

The columns are typed as far as the file allows; which fields must be there and what limits they have
is for the checks that follow.
"""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from ingest.mapping.cells import Sheet
from ingest.mapping.coursing import derived, out_of_order
from ingest.mapping.evaluate import Context, evaluate, origin
from ingest.mapping.faults import Fault, Outcome
from ingest.mapping.mapped import Mapped, Outcomes, gathered, skipped
from ingest.mapping.measures import Measure, measures, used_elsewhere
from ingest.mapping.placing import located
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Mapping
from ingest.mapping.values import Value
from ingest.mapping.widening import widened
from ingest.rows import Field

# what every table or message has; other names with @ are of a wide table's measures
OF_TABLES = ("@line", "@table", "@topic", "@received")

@dataclass(frozen=True)
class Around:
    """What a mapping may know beside the rows."""

    zone: ZoneInfo                            # the city's, for times that name none
    crs: str | None = None                    # the table's own coordinate system
    datum: str | None = None                  # the pack's
    folder: Path = Path()                     # where the tables beside the pack lie
    regions: RegionIndex | None = None
    drawn: bool = True                        # whether any region has a shape, so that a coordinate says which
    decimal: str | None = None                # what the table was read with
    table: str = ""                           # its name, for @table
    before: int = 0                           # rows of the table before this frame, unreadable ones too
    gaps: Sequence[int] = ()                  # the lines of this frame that nobody could read
    units: Dict[str, str] = field(default_factory=dict)   # property → its unit


def apply(spec: Mapping, frame: pd.DataFrame, fields: Sequence[Field], around: Around) -> Mapped:
    """Map the rows of a frame, whose index is their line in the file; the mapping fits the table, as `prepare` says.

    Raises: MappingError when it does not fit after all.
    """
    sheet = Sheet(frame, {"@table": around.table}, spec.empty)
    zone = ZoneInfo(spec.zone) if spec.zone else around.zone
    context = Context(sheet, zone, spec.clock_change, around.folder, around.decimal or ".", around.before, around.gaps)
    by_name = {one.name: one for one in fields}
    lines, skips = frame.index.to_numpy(np.int64), skipped(spec.skip_when, sheet)
    own = {name: value for name, value in spec.columns.items() if of_measure(value)}
    shared = {name: value for name, value in spec.columns.items() if name not in own}
    same = row_fields(spec, shared, by_name, context, around)
    used = used_elsewhere(spec)
    if spec.long is None:
        return replace(gathered(same, lines, skips, origins(spec)), used=used)
    into = by_name[spec.long.into]
    found = measures(spec.long, [str(name) for name in frame.columns], used, around.folder)
    used |= {name for measure in found for name in measure.value.named()}
    parts = [one_measure(measure, into, own, by_name, set(same), context, around.units) for measure in found]
    long, long_lines, moved, blank = widened(same, parts, into.name, lines, skips)
    return replace(gathered(long, long_lines, moved, origins(spec), blank), used=used)


def of_measure(value: Value) -> bool:
    """Whether a value differs from measure to measure of a wide table."""
    return any(name.startswith("@") and name not in OF_TABLES for name in value.named())


def row_fields(
    spec: Mapping, columns: Dict[str, Value], by_name: Dict[str, Field], context: Context, around: Around
) -> Outcomes:
    """Every field that a row gives by itself."""
    made = {name: evaluate(value, by_name[name], context) for name, value in columns.items()}
    if spec.place is not None:
        made |= located(spec.place, context, around.crs, around.datum, around.regions, drawn=around.drawn,
                        footprint="footprint" in by_name and "footprint" not in columns)
    if spec.steps is not None:
        steps = derived(spec.steps, context)
        reported = (origin(columns["reported_at"]), made["reported_at"].values) if "reported_at" in made else None
        if spec.steps.order != "any":
            for name, fault in out_of_order(spec.steps.given(), steps, reported, context.zone):
                steps[name] = with_fault(steps[name], fault, marked=spec.steps.order == "mark")
        made |= steps
    return made


def with_fault(outcome: Outcome, fault: Fault, marked: bool) -> Outcome:
    """The outcome with one more fault or mark."""
    if marked:
        return Outcome(outcome.values, outcome.faults, (*outcome.marks, fault))
    return Outcome(outcome.values, (*outcome.faults, fault), outcome.marks)


def one_measure(
    measure: Measure, into: Field, own: Dict[str, Value], by_name: Dict[str, Field], same: set[str], context: Context,
    units: Dict[str, str],
) -> Outcomes:
    """The fields that one column of a wide table gives: the cells, what its name says, and what is made of that."""
    sheet = context.sheet.with_constants({f"@{name}": text for name, text in measure.constants.items()})
    inner = replace(context, sheet=sheet)
    made = {into.name: evaluate(measure.value, into, inner, units.get(measure.constants.get("property", "")))}
    made |= {name: evaluate(value, by_name[name], inner) for name, value in own.items()}
    said = {name: text for name, text in measure.constants.items() if name in by_name and name not in made and name not in same}
    return made | {name: evaluate(Value(value=text), by_name[name], inner) for name, text in said.items()}


def origins(spec: Mapping) -> dict[str, str]:
    """Field → the columns that it is made of, for a person."""
    made = {name: origin(value) for name, value in spec.columns.items()}
    if spec.place is not None:
        place = spec.place
        made |= {name: origin(value) for name, value in (("lon", place.lon or place.point), ("lat", place.lat or place.point))
                 if value is not None}
        if place.geometry is not None:
            made |= {"lon": place.geometry, "lat": place.geometry, "footprint": place.geometry}
        if place.region is not None:
            made["region"] = place.region.column
    if spec.steps is not None:
        made |= {f"step:{name}": origin(step) for name, step in spec.steps.given().items()}
    return made
