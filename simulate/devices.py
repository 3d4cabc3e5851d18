"""The city's devices: what they are, where they stand, when they speak."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from simulate import moments
from simulate.chance import Floats, Ints, stream
from simulate.moments import DAY, Seconds
from simulate.pack import Kind, Pack
from simulate.places import Places

FIRST_INSTALLED, LAST_INSTALLED = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) // DAY for year in (2019, 2026))
OUT_OF_USE = 0.01


@dataclass(frozen=True)
class Devices:
    """All devices, kind after kind; `phase` is the second of its interval at which one speaks."""

    kinds: tuple[Kind, ...]
    first: dict[str, int]                # of each kind
    code: list[str]
    lot: Ints
    phase: Seconds
    installed: Seconds
    enabled: npt.NDArray[np.bool_]

    def rows(self, places: Places, comma: str) -> list[dict[str, Any]]:
        """The devices as the door takes them."""
        sites = places.sites(self.lot)
        return [
            {
                "code": self.code[i], "kind": kind.key, "interval_s": kind.interval_s, "enabled": bool(self.enabled[i]),
                "name": f"{kind.name} {i - self.first[kind.key] + 1}{comma}{places.name[places.neighbourhood[self.lot[i]]]}",
                "installed_at": moments.text(int(self.installed[i])), **sites[i],
            }
            for kind in self.kinds
            for i in range(self.first[kind.key], self.first[kind.key] + kind.count)
        ]


def draw(seed: int, pack: Pack, places: Places) -> Devices:
    """Place the pack's devices."""
    chance = stream(seed, "devices")
    firsts = np.cumsum([0, *(kind.count for kind in pack.kinds)])
    interval = np.repeat([kind.interval_s for kind in pack.kinds], [kind.count for kind in pack.kinds])
    n = int(firsts[-1])
    return Devices(
        kinds=pack.kinds,
        first={kind.key: int(first) for kind, first in zip(pack.kinds, firsts[:-1], strict=True)},
        code=[f"{kind.prefix}-{i + 1:04d}" for kind in pack.kinds for i in range(kind.count)],
        lot=np.concatenate([places.spread(chance, kind.count, by_people=kind.spread == "people") for kind in pack.kinds]),
        phase=(np.concatenate([_turns(chance, kind.count) for kind in pack.kinds]) * interval).astype(np.int64),
        installed=chance.integers(FIRST_INSTALLED, LAST_INSTALLED, n) * DAY,
        enabled=chance.random(n) >= OUT_OF_USE,
    )


def _turns(chance: np.random.Generator, n: int) -> Floats:
    """When each of n devices has its turn within the interval (0 … 1): evenly, so that something is heard all the time."""
    turns: Floats = (chance.permutation(n) + chance.random(n)) / n
    return turns
