"""The keys that rows of a dataset had, through all of its batches: eight bytes for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


@dataclass
class Keys:
    """What came before, by the names of the fields that make the key."""

    known: dict[tuple[str, ...], list[Hashes]] = field(default_factory=dict)

    def met(self, names: tuple[str, ...], parts: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
        """Which of these keys came before, here or in an earlier batch; from now on all of them did."""
        frame = pd.DataFrame({at: pd.Series(part, dtype=object) for at, part in enumerate(parts)})
        keys = pd.util.hash_pandas_object(frame, index=False, categorize=False).to_numpy(np.uint64)
        _, first = np.unique(keys, return_index=True)
        again = np.ones(len(keys), bool)
        again[first] = False
        for before in self.known.get(names, ()):
            again |= before[np.minimum(np.searchsorted(before, keys), len(before) - 1)] == keys
        self.remember(names, keys[~again])
        return again

    def remember(self, names: tuple[str, ...], keys: Hashes) -> None:
        """Keep new keys, sorted; small heaps are merged so that few are looked through."""
        if not len(keys):
            return
        heaps = self.known.setdefault(names, [])
        heaps.append(np.sort(keys))
        while len(heaps) > 1 and len(heaps[-2]) <= 2 * len(heaps[-1]):
            last = heaps.pop()
            heaps[-1] = np.sort(np.concatenate([heaps[-1], last]))
