"""Codes that a spreadsheet took for numbers and cut to their first digits: 56100000123 became 5.61E+10."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CODED = frozenset(("id", "code", "case", "device", "trip", "agency"))       # fields that tell things apart
CUT = r"^\d(\.\d+)?[eE]\+\d{1,3}$"
TOLD = ("which a spreadsheet cut to its first digits, so the code is lost; make the column text in the sheet, or widen it, and "
        "export it again")


def cut(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Which texts are such codes."""
    if not pc.any(pc.match_substring(texts, "+")).as_py():     # nearly always, and quickly told
        return np.zeros(len(texts), bool)
    found: NDArray[np.bool_] = pc.fill_null(pc.match_substring_regex(texts, CUT), False).to_numpy(zero_copy_only=False)
    return found
