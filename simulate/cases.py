"""A day's cases: what, where, when, by which channel, and what becomes of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulate import closing, moments, steps
from simulate.chance import Floats, Ints, drift, pick, stream
from simulate.moments import DAY, HOUR, Seconds
from simulate.places import propensity
from simulate.world import World

UNDATED = -1                 # of a case without a due time
OFFICE = (7, 19)             # the hours at which long work ends


@dataclass(frozen=True)
class Cases:
    """The cases reported on one UTC day, by time; `steps` as of simulate.steps, all of them, past or to come."""

    day: int
    kind: Ints                                # index into the pack's classes
    channel: Ints
    lot: Ints
    due: Seconds
    steps: Seconds                            # a row per case, a column per step
    agency: npt.NDArray[np.int16]             # index into the pack's agencies
    first_agency: npt.NDArray[np.int16]       # the one that sent it back, where one did

    @property
    def reported(self) -> Seconds:
        return self.steps[:, steps.REPORTED]

    def __len__(self) -> int:
        return len(self.kind)


def draw(world: World, day: int) -> Cases:
    """All cases of one UTC day."""
    chance = stream(world.seed, "cases", day)
    pack = world.pack
    reported = _reports(world, chance, day)
    kind = pick(chance, _kind_weights(world, day), len(reported))
    lot = _lots(world, chance, day, kind)
    area = world.places.neighbourhood[lot]
    fate = closing.fates(chance, world.pace, kind, _better(world, day)[area])
    takes = _by_day(world, chance, reported, fate.takes)
    agency = world.offices[kind, area]
    elsewhere = 1 + chance.integers(0, len(pack.agencies) - 1, len(reported))
    return Cases(
        day=day, kind=kind, channel=pick(chance, pack.channel_share, len(reported)), lot=lot,
        due=_due(reported, fate, takes), steps=steps.draw(chance, reported, takes), agency=agency,
        first_agency=((agency + elsewhere) % len(pack.agencies)).astype(np.int16),
    )


def identity(world: World, day: int, number: int) -> str:
    """A case's number, as the sender knows it."""
    return f"{world.seed}-{moments.compact(day)}-{number:05d}"


def expected(world: World, day: int) -> float:
    """How many cases a day has, before chance."""
    return float(_hourly(world, day).sum())


def _reports(world: World, chance: np.random.Generator, day: int) -> Seconds:
    """When cases are reported, rising."""
    each_hour = chance.poisson(_hourly(world, day))
    hours = np.repeat(np.arange(24), each_hour)
    return np.sort(day * DAY + hours * HOUR + (chance.random(len(hours)) * HOUR).astype(np.int64))


def _hourly(world: World, day: int) -> Floats:
    """Cases to expect in each UTC hour: the city's hour of the week, times how busy these days are."""
    clock = moments.local(world.pack.zone, day * DAY + HOUR * np.arange(24)) // HOUR
    hour_of_week = (clock + 72) % 168         # the first of 1970 was a Thursday
    busy = np.exp(0.07 * drift(world.seed, "busy", day, 1, 9.0)[0] + 0.04 * stream(world.seed, "busy", day).standard_normal())
    hourly: Floats = world.pack.cases_per_day * 7 * world.pack.hour_of_week[hour_of_week] * busy * _swayed(world, day).sum()
    return hourly


def _kind_weights(world: World, day: int) -> Floats:
    weights = _swayed(world, day)
    shares: Floats = weights / weights.sum()
    return shares


def _swayed(world: World, day: int) -> Floats:
    """The classes' shares as the day's weather makes them: one in all on an ordinary day."""
    sky = world.weather
    warmth = float(sky.day(sky.temperature, day).mean())
    factor = {
        "": 1.0,
        "rain": 1 + 0.05 * min(float(sky.day(sky.rain, day).sum()), 30.0),
        "wind": 1 + 0.25 * max(float(sky.day(sky.gust, day).max()) - 13.0, 0.0),
        "cold": float(np.clip(1 + 0.15 * (9.0 - warmth), 0.15, 3.5)),
        "warm": float(np.clip(1 + 0.03 * (warmth - 12.0), 0.5, 1.5)),
    }
    return np.array([c.share * factor[c.swayed_by] for c in world.pack.classes])


def _lots(world: World, chance: np.random.Generator, day: int, kind: Ints) -> Ints:
    """Where: neighbourhoods by residents and by how they are given to this sort of case, then a lot."""
    places, parents = world.places, np.array([c.parent for c in world.pack.classes])
    area = np.empty(len(kind), np.int64)
    general = places.weight * propensity(world.seed, "cases", day, len(places.weight))
    for parent in np.unique(parents):
        mine = np.flatnonzero(parents[kind] == parent)
        area[mine] = pick(chance, general * propensity(world.seed, f"cases {parent}", day, len(general)), len(mine))
    return places.within(chance, area)


def _better(world: World, day: int) -> Floats:
    """By how much each neighbourhood's cases are likelier to be done in time, a few points up or down."""
    n = len(world.places.weight)
    lasting = 0.035 * stream(world.seed, "better").standard_normal(n) + 0.02 * drift(world.seed, "better", day, n, 14.0)
    centred: Floats = lasting - (lasting * world.places.weight).sum()
    return centred


def _by_day(world: World, chance: np.random.Generator, reported: Seconds, takes: Floats) -> Floats:
    """Long work ends by day: what would end at night ends before it or after it."""
    opens, shuts = OFFICE
    hour = moments.local(world.pack.zone, reported + takes.astype(np.int64)) % DAY / HOUR
    earlier = -(hour - shuts) - 4 * chance.random(len(takes))
    later = (opens - hour) + 4 * chance.random(len(takes))
    shift = np.where(hour >= shuts, earlier, np.where(hour < opens, later, 0.0))
    return np.where(takes > 24 * HOUR, takes + shift * HOUR, takes)


def _due(reported: Seconds, fate: closing.Fate, takes: Floats) -> Seconds:
    """The due instant to the minute, on the right side of the closing."""
    dated = np.where(fate.in_time, np.maximum(fate.due, takes * 1.02 + 60), np.minimum(fate.due, takes * 0.85))
    due = reported + np.where(np.isnan(fate.due), 0, dated).astype(np.int64)
    return np.where(np.isnan(fate.due), UNDATED, np.where(fate.in_time, -(-due // 60) * 60, due // 60 * 60))

