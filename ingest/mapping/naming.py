"""The region that a row names, by code or by name."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping.cells import factored
from ingest.mapping.cut import TOLD, cut
from ingest.mapping.evaluate import Context
from ingest.mapping.faults import Fault, Faults, MappingError, Outcome
from ingest.mapping.regions import Namesakes, RegionIndex
from ingest.mapping.spec import RegionBy
from ingest.mapping.tables import read as read_table

SEPARATOR = "\x1f"


def named_region(by: RegionBy, context: Context, regions: RegionIndex | None, wanted: NDArray[np.bool_] | None) -> Outcome:
    """The code of the region that each wanted row names; without `wanted` all rows are. Raises: MappingError."""
    count = len(context.sheet.frame)
    if by.optional and by.column not in context.sheet:
        return Outcome(np.full(count, by.default, object))
    if regions is None and (by.by == "name" or by.parent or by.level):
        raise MappingError("regions can be found by name, level or parent only once the city's tree is loaded")
    cells = context.sheet.cells(by.column)
    names = cells.texts
    if by.parent is not None:
        above = pc.fill_null(context.sheet.cells(by.parent).by_row(), "")
        cells = factored(pc.binary_join_element_wise(cells.by_row(), above, SEPARATOR))
        names = pc.replace_substring_regex(cells.texts, f"(?s){SEPARATOR}.*$", "")
    codes, unknown = looked_up(cells.texts, by, context, regions)
    faults = Faults(by.column, names)
    tell(unknown, regions, faults)
    values, told = (codes if cells.places is None else codes[cells.places]), faults.by_row(cells.places)
    if wanted is None:
        return Outcome(values, tuple(told))
    values = values.copy()
    values[~wanted] = None
    return Outcome(values, tuple(Fault(fault.rows[wanted[fault.rows]], fault.code, fault.text) for fault in told))


def looked_up(
    texts: pa.StringArray, by: RegionBy, context: Context, regions: RegionIndex | None
) -> tuple[NDArray[np.object_], dict[int, Namesakes]]:
    """The codes of the distinct texts; and those that name no region, or several."""
    aliases = {} if by.aliases is None else read_table(by.aliases, context.folder)
    codes = np.full(len(texts), None, object)
    unknown: dict[int, Namesakes] = {}
    for at, text in enumerate(texts.to_pylist()):
        if text is None:
            codes[at] = by.default
            continue
        name, _, parent = text.partition(SEPARATOR)
        answer = one_region(name, aliases.get(name), parent or None, by, regions)
        if isinstance(answer, Namesakes):
            unknown[at] = answer
        else:
            codes[at] = answer
    return codes, unknown


def one_region(name: str, alias: str | None, parent: str | None, by: RegionBy, regions: RegionIndex | None) -> str | Namesakes:
    """The region that one cell names; an alias may be a code or a name."""
    written = alias or (name.zfill(by.pad) if by.pad is not None else name)
    if regions is None:
        return written
    found: str | Namesakes = Namesakes(())
    for by_name in (False, True) if alias else (by.by == "name",):
        found = regions.find(written, by_name, by.level, parent)
        if isinstance(found, str):
            break
    return found


def tell(unknown: dict[int, Namesakes], regions: RegionIndex | None, faults: Faults) -> None:
    """Say of each text that names no region, or several, what it could mean."""
    none, several = np.zeros(len(faults.texts), bool), np.zeros(len(faults.texts), bool)
    for at, namesakes in unknown.items():
        (several if namesakes.codes else none)[at] = True
    lost = none & cut(faults.texts)
    faults.add(lost, "cut", TOLD)
    faults.add(none & ~lost, "unknown_region", "which is no region of the city")
    if regions is not None:
        faults.add(several, "ambiguous_region",
                   lambda at: f"which could be {regions.told(unknown[at])}; say `level` or `parent`")
