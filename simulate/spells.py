"""Spells: stretches of time in which something is unusual, found again for any day on its own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulate.chance import Floats, Ints, stream
from simulate.moments import DAY, HOUR, Seconds

BLOCK = 10  # days; each thing has at most one spell beginning in each block


@dataclass(frozen=True)
class Spells:
    """Spells that touch a day: whose, from when till when, and how strong (0 … 1)."""

    who: Ints
    start: Seconds
    end: Seconds
    strength: Floats

    def covers(self, who: int, at: Seconds) -> npt.NDArray[np.bool_]:
        """Whether each instant lies in a spell of one's."""
        inside = np.zeros(at.shape, bool)
        for mine in np.flatnonzero(self.who == who):
            inside |= (at >= self.start[mine]) & (at < self.end[mine])
        return inside


def spells(seed: int, subject: str, day: int, n: int, *, odds: float, hours: float, sigma: float) -> Spells:
    """The spells of n things that touch one UTC day.

    `odds` is the chance of one beginning in ten days, `hours` their median length, `sigma` the lengths' spread.
    """
    found = [_block(seed, subject, block, n, odds, hours, sigma) for block in (day // BLOCK - 1, day // BLOCK)]
    joined = Spells(*(np.concatenate(part) for part in zip(*((s.who, s.start, s.end, s.strength) for s in found), strict=True)))
    touching = (joined.start < (day + 1) * DAY) & (joined.end > day * DAY)
    return Spells(joined.who[touching], joined.start[touching], joined.end[touching], joined.strength[touching])


def heights(found: Spells, at: Seconds) -> Floats:
    """How high each thing's spells stand (0 … 1) at its instants: a row of `at` each, up, level, down."""
    height = np.zeros(at.shape)
    for who, start, end, strength in zip(found.who, found.start, found.end, found.strength, strict=True):
        share = (at[who] - start) / (end - start)
        height[who] = np.maximum(height[who], (0.3 + 0.7 * strength) * np.clip(6 * np.minimum(share, 1 - share), 0, 1))
    return height


def _block(seed: int, subject: str, block: int, n: int, odds: float, hours: float, sigma: float) -> Spells:
    chance = stream(seed, f"spells {subject}", block)
    begins, at, length, strength = chance.random(n), chance.random(n), chance.standard_normal(n), chance.random(n)
    who = np.flatnonzero(begins < odds)
    start = (block * BLOCK * DAY + at[who] * BLOCK * DAY).astype(np.int64)
    longest = BLOCK * DAY
    end = start + np.minimum(hours * HOUR * np.exp(sigma * length[who]), longest).astype(np.int64) + 1
    return Spells(who, start, end, strength[who])
