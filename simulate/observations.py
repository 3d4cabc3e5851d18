"""A day's observations of all devices, in the order in which they are made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import orjson

from simulate import moments
from simulate.chance import Floats, Ints
from simulate.devices import Devices
from simulate.moments import DAY, Seconds
from simulate.pack import Kind
from simulate.signals import SIGNALS, Bench, Day
from simulate.spells import Spells, spells
from simulate.world import World

PROPERTIES = ("pm25", "pm10", "no2", "o3", "leq", "speed", "flow", "level", "lel", "obscuration", "tilt", "kwh", "online",
              "count", "temperature", "humidity", "wind_speed", "wind_direction", "pressure", "precipitation")
SPOKEN = {"air": 4, "traffic": 2, "weather": 6} | dict.fromkeys(SIGNALS.keys() - {"air", "traffic", "weather"}, 1)
DECIMALS = {"level": 3, "kwh": 3, "flow": 0, "online": 0, "count": 0, "wind_direction": 0, "precipitation": 2}


@dataclass(frozen=True)
class Observations:
    """Readings by time: which device, which of PROPERTIES, when, how much."""

    device: Ints
    property: npt.NDArray[np.int8]
    at: Seconds
    value: Floats

    def between(self, after: int, until: int) -> "Observations":
        """Those made in (after, until]."""
        return self.slice(*np.searchsorted(self.at, (after, until), side="right").tolist())

    def slice(self, low: int, high: int) -> "Observations":
        """Those from one number to another."""
        return Observations(self.device[low:high], self.property[low:high], self.at[low:high], self.value[low:high])

    def __len__(self) -> int:
        return len(self.at)


def draw(world: World, day: int) -> Observations:
    """All readings of one UTC day."""
    city = Day(world.seed, day, world.pack.zone, world.weather)
    silent = spells(world.seed, "silence", day, len(world.devices.code), odds=0.25, hours=12, sigma=1.3)
    down = spells(world.seed, "outage", day, len(world.devices.kinds), odds=0.1, hours=0.6, sigma=0.4)
    parts = [_kind(world, city, kind, number, silent, down) for number, kind in enumerate(world.devices.kinds)]
    device, which, at, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")
    return Observations(device[order], which[order], at[order], value[order])


def expected(world: World) -> float:
    """How many readings a day has, before silence."""
    devices = world.devices
    return float(sum(
        devices.enabled[devices.first[kind.key]:devices.first[kind.key] + kind.count].sum() * (DAY // kind.interval_s)
        * SPOKEN[kind.key] for kind in devices.kinds
    ))


def body(world: World, rows: Observations) -> bytes:
    """The readings as the door takes them, column by column."""
    codes, names = np.array(world.devices.code, object), np.array(PROPERTIES, object)
    return orjson.dumps({"columns": {
        "device": codes[rows.device].tolist(),
        "property": names[rows.property].tolist(),
        "observed_at": moments.texts(rows.at),
        "value": rows.value,
    }}, option=orjson.OPT_SERIALIZE_NUMPY)


Parts = tuple[Ints, npt.NDArray[np.int8], Seconds, Floats]


def _kind(world: World, city: Day, kind: Kind, number: int, silent: Spells, down: Spells) -> Parts:
    """One kind's readings, device after device."""
    devices, first = world.devices, world.devices.first[kind.key]
    mine = slice(first, first + kind.count)
    at = city.day * DAY + devices.phase[mine, None] + kind.interval_s * np.arange(DAY // kind.interval_s)
    speaks = _speaks(devices, mine, at, silent) & ~down.covers(number, at)
    said = SIGNALS[kind.key](Bench(kind.key, city, at))
    who, _ = np.nonzero(speaks)
    values = [np.round(reading[speaks], DECIMALS.get(name, 1)) for name, reading in said.items()]
    which = np.repeat(np.array([PROPERTIES.index(name) for name in said], np.int8), len(who))
    return np.tile(who + first, len(said)), which, np.tile(at[speaks], len(said)), np.concatenate(values)


def _speaks(devices: Devices, mine: slice, at: Seconds, silent: Spells) -> npt.NDArray[np.bool_]:
    """Whether each device is heard at each of its instants."""
    speaks = np.repeat(devices.enabled[mine, None], at.shape[1], axis=1)
    for who in silent.who[(silent.who >= mine.start) & (silent.who < mine.stop)]:
        speaks[who - mine.start] &= ~silent.covers(int(who), at[who - mine.start])
    return speaks
