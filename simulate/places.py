"""Real places to put simulated things at, by neighbourhood: tax lots weighted by residents, or regions by their codes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulate.chance import Floats, Ints, drift, stream
from simulate.pack import Pack

Row = dict[str, Any]

VISITORS = 3.0  # what a lot without residents weighs: streets, shops and parks have their cases too


@dataclass(frozen=True)
class Lots:
    """Tax lots with coordinates."""

    lon: Floats
    lat: Floats
    block: npt.NDArray[np.int32]
    lot: npt.NDArray[np.int32]
    borough: list[str]                       # of each neighbourhood, by name

    def sites(self, at: Ints) -> list[Row]:
        """Where some of them are, as the door takes it."""
        return [{"lon": lon, "lat": lat} for lon, lat in zip(self.lon[at].tolist(), self.lat[at].tolist(), strict=True)]

    def addresses(self, at: Ints, neighbourhood: npt.NDArray[np.int16]) -> list[str]:
        """What their addresses are."""
        return [f"Block {block}, lot {lot}, {self.borough[area]}" for block, lot, area in
                zip(self.block[at].tolist(), self.lot[at].tolist(), neighbourhood.tolist(), strict=True)]


@dataclass(frozen=True)
class Codes:
    """Regions by their codes, for a city without coordinates."""

    code: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]

    def sites(self, at: Ints) -> list[Row]:
        """Which regions they are, as the door takes it."""
        return [{"region": code} for code in self.code[at].tolist()]

    def addresses(self, at: Ints, neighbourhood: npt.NDArray[np.int16]) -> list[str]:
        """What they are called."""
        named: list[str] = self.name[at].tolist()
        return named


@dataclass(frozen=True)
class Places:
    """All places, ordered by neighbourhood; `edge` runs up the weights, one longer than the places."""

    spots: Lots | Codes
    borough: list[str]                       # of each neighbourhood
    name: list[str]                          # of each neighbourhood
    neighbourhood: npt.NDArray[np.int16]     # of each place
    edge: Floats
    start: Ints                              # first place of each neighbourhood, and the end

    def __len__(self) -> int:
        return len(self.neighbourhood)

    def sites(self, at: Ints) -> list[Row]:
        """Where some places are, as the door takes it."""
        return self.spots.sites(at)

    def addresses(self, at: Ints) -> list[str]:
        """The addresses of some places."""
        return self.spots.addresses(at, self.neighbourhood[at])

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
        return (steps * len(self)).astype(np.int64)


def load(pack: Pack) -> Places:
    """Read the places of the pack's data package."""
    lots = "lon" in pack.places.columns
    types = dict.fromkeys(("neighbourhood", "borough", "code", "name"), str)
    rows = pack.places.read(**types).sort_values(["neighbourhood", *(("block", "lot") if lots else ("code",))], kind="stable")
    names = pack.neighbourhoods.read(code=str).drop_duplicates("code").set_index("code")["name"]
    codes, number = np.unique(rows["neighbourhood"].to_numpy(dtype=str), return_inverse=True)
    start = np.append(np.searchsorted(number, np.arange(len(codes))), len(number))
    boroughs = [str(borough) for borough in rows["borough"].to_numpy(object)[start[:-1]]]
    weights = rows["people"].to_numpy(float) + VISITORS if "people" in rows else np.ones(len(rows))
    return Places(
        spots=_lots(rows, [pack.boroughs[borough][1] for borough in boroughs]) if lots else
        Codes(rows["code"].to_numpy(object), rows["name"].to_numpy(object)),
        borough=boroughs, name=[str(names.get(code, code)) for code in codes], neighbourhood=number.astype(np.int16),
        edge=np.concatenate(([0.0], np.cumsum(weights))), start=start,
    )


def _lots(rows: pd.DataFrame, boroughs: list[str]) -> Lots:
    return Lots(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), rows["block"].to_numpy(np.int32),
                rows["lot"].to_numpy(np.int32), boroughs)


def propensity(seed: int, subject: str, day: int, n: int) -> Floats:
    """How much likelier than others each of n neighbourhoods is to speak up: lasting differences, slowly varying."""
    lasting = stream(seed, f"propensity {subject}").standard_normal(n)
    factor: Floats = np.exp(0.35 * lasting + 0.2 * drift(seed, f"propensity {subject}", day, n, 21.0))
    return factor
