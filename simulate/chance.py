"""Chance that can be drawn again: every stream of numbers is named by seed, subject and day."""

from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def stream(seed: int, subject: str, day: int = 0) -> np.random.Generator:
    """The numbers of one subject on one day; always the same ones."""
    return np.random.Generator(np.random.SFC64([seed, crc32(subject.encode()), day]))


def pick(chance: np.random.Generator, weights: Floats, n: int) -> Ints:
    """n indexes, each with the odds of its weight."""
    edges = np.cumsum(weights)
    picked: Ints = np.searchsorted(edges, chance.random(n) * edges[-1], side="right").clip(0, len(weights) - 1)
    return picked


def drift(seed: int, subject: str, at_day: float, n: int, period_days: float) -> Floats:
    """n independent numbers of about N(0, 1) that wander slowly: knots every period, cosine between them."""
    knot = int(at_day // period_days)
    share = (1 - np.cos(np.pi * (at_day / period_days - knot))) / 2
    before, after = (stream(seed, f"drift {subject}", k).standard_normal(n) for k in (knot, knot + 1))
    mixed: Floats = ((1 - share) * before + share * after) / np.sqrt(share**2 + (1 - share) ** 2)
    return mixed


def lognormal(chance: np.random.Generator, median: float, sigma: float, n: int) -> Floats:
    """n positive numbers around a median."""
    return median * np.exp(sigma * chance.standard_normal(n))
