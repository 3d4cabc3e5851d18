"""Real places to put simulated things at: tax lots, by neighbourhood, weighted by residents."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulate.chance import Floats, Ints, drift, stream
from simulate.pack import Pack

VISITORS = 3.0  # what a lot without residents weighs: streets, shops and parks have their cases too


@dataclass(frozen=True)
class Places:
    """All lots, ordered by neighbourhood; `edge` runs up the weights, one longer than the lots."""

    lon: Floats
    lat: Floats
    borough: list[str]                       # of each neighbourhood
    name: list[str]                          # of each neighbourhood
    neighbourhood: npt.NDArray[np.int16]     # of each lot
    block: npt.NDArray[np.int32]
    lot: npt.NDArray[np.int32]
    edge: Floats
    start: Ints                              # first lot of each neighbourhood, and the end

    @property
    def weight(self) -> Floats:
        """Of each neighbourhood, summing to one."""
        ends = self.edge[self.start]
        shares: Floats = np.diff(ends) / ends[-1]
        return shares

    def within(self, chance: np.random.Generator, neighbourhoods: Ints) -> Ints:
        """One lot in each of the given neighbourhoods."""
        low, high = self.edge[self.start[neighbourhoods]], self.edge[self.start[neighbourhoods + 1]]
        wanted = low + chance.random(len(neighbourhoods)) * (high - low)
        lots: Ints = np.searchsorted(self.edge, wanted, side="right") - 1
        return lots

    def spread(self, chance: np.random.Generator, n: int, *, by_people: bool) -> Ints:
        """n lots in even steps through the city, by lots or by residents."""
        steps = (np.arange(n) + chance.random(n)) / n
        if by_people:
            lots: Ints = np.searchsorted(self.edge, steps * self.edge[-1], side="right") - 1
            return lots
        return (steps * len(self.lon)).astype(np.int64)


def load(pack: Pack) -> Places:
    """Read the lots of the pack's data package."""
    lots = pack.lots.read(neighbourhood=str, borough=str).sort_values(["neighbourhood", "block", "lot"], kind="stable")
    names = pack.neighbourhoods.read(code=str).drop_duplicates("code").set_index("code")["name"]
    codes, number = np.unique(lots["neighbourhood"].to_numpy(dtype=str), return_inverse=True)
    start = np.append(np.searchsorted(number, np.arange(len(codes))), len(number))
    boroughs = lots["borough"].to_numpy(dtype=str)
    return Places(
        lon=lots["lon"].to_numpy(float), lat=lots["lat"].to_numpy(float),
        borough=[str(boroughs[first]) for first in start[:-1]],
        name=[str(names.get(code, code)) for code in codes],
        neighbourhood=number.astype(np.int16),
        block=lots["block"].to_numpy(np.int32), lot=lots["lot"].to_numpy(np.int32),
        edge=np.concatenate(([0.0], np.cumsum(lots["people"].to_numpy(float) + VISITORS))),
        start=start,
    )


def propensity(seed: int, subject: str, day: int, n: int) -> Floats:
    """How much likelier than others each of n neighbourhoods is to speak up: lasting differences, slowly varying."""
    lasting = stream(seed, f"propensity {subject}").standard_normal(n)
    factor: Floats = np.exp(0.35 * lasting + 0.2 * drift(seed, f"propensity {subject}", day, n, 21.0))
    return factor
