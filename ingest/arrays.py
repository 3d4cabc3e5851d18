"""Numbers as PostgreSQL writes an array, for binding: `CAST(:ids AS bigint[])`, `= ANY(:ids)`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def literal(numbers: NDArray[Any] | Sequence[float]) -> str:
    """Numbers as one text. Of the driver's list, every number is an expression for the server to understand, which costs it
    and the driver more than adding the numbers to a rollup does."""
    return f"{{{str(np.asarray(numbers).tolist())[1:-1]}}}"
