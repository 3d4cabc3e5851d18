"""What a reading does with texts before they become a value: cut, matched, replaced, filled up, looked up."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.mapping.faults import Faults
from ingest.mapping.patterns import grouped
from ingest.mapping.tables import found
from ingest.mapping.values import Reading, Split


def worked(texts: pa.StringArray, reading: Reading, folder: Path, faults: Faults) -> pa.StringArray:
    """The texts after every word of the reading; null where something is wrong, which `faults` then tells."""
    if reading.split is not None:
        texts = part(texts, reading.split, faults)
    if reading.match is not None:
        texts = matched(texts, reading.match, reading.take, faults)
    for pattern, into in (reading.replace or {}).items():
        texts = pc.replace_substring_regex(texts, pattern, into)
    if reading.letters is not None:
        texts = (pc.utf8_upper if reading.letters == "upper" else pc.utf8_lower)(texts)
    if reading.pad is not None:
        texts = pc.utf8_lpad(texts, reading.pad, "0")
    if reading.table is not None:
        texts = found(texts, reading.table, folder, reading.default is not None, faults)
    if reading.cut is not None:
        texts = pc.utf8_slice_codeunits(texts, 0, reading.cut)
    if reading.split is not None or reading.match is not None or reading.replace is not None:
        texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return texts


def part(texts: pa.StringArray, split: Split, faults: Faults) -> pa.StringArray:
    """One piece of each text."""
    pieces = pc.split_pattern(texts, split.by)
    lengths = pc.fill_null(pc.list_value_length(pieces), 0).to_numpy(zero_copy_only=False)
    at = np.where(split.part > 0, split.part - 1, lengths + split.part)
    there = (at >= 0) & (at < lengths)
    faults.add(~there & texts.is_valid().to_numpy(zero_copy_only=False), "part",
               f"which has no piece {split.part} between {split.by!r}")
    offsets = pieces.offsets.to_numpy()[:-1]
    taken = pieces.values.take(pa.array(np.where(there, offsets + at, 0), mask=~there))
    return pc.utf8_trim_whitespace(taken)


def matched(texts: pa.StringArray, pattern: str, take: str | int | None, faults: Faults) -> pa.StringArray:
    """What the pattern's group finds in each text."""
    whole, name = grouped(pattern, take)
    groups = pc.extract_regex(texts, whole)
    missing = (groups.is_null().to_numpy(zero_copy_only=False)) & texts.is_valid().to_numpy(zero_copy_only=False)
    faults.add(missing, "pattern", f"which does not match {pattern}")
    return pc.if_else(groups.is_valid(), pc.utf8_trim_whitespace(groups.field(name)), pa.scalar(None, pa.string()))
