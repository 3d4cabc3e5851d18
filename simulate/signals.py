"""What each kind of device reads: the rhythm of the city, its weather, the place, and now and then something unusual."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from simulate import moments
from simulate.chance import Floats, drift, stream
from simulate.moments import DAY, HOUR, Seconds
from simulate.spells import heights, spells
from simulate.weather import Weather

STEP = 300              # seconds between two points of a city-wide curve
TIDE = 12.42 * HOUR


@dataclass(frozen=True)
class Day:
    """City-wide curves of one UTC day, a point every five minutes."""

    seed: int
    day: int
    zone: ZoneInfo
    weather: Weather

    @cached_property
    def instants(self) -> Seconds:
        return self.day * DAY + STEP * np.arange(DAY // STEP)

    @cached_property
    def clock(self) -> Floats:
        """The city's hour of the day, 0 … 24."""
        hours: Floats = moments.local(self.zone, self.instants) % DAY / HOUR
        return hours

    @cached_property
    def working(self) -> npt.NDArray[np.bool_]:
        """Whether it is Monday to Friday in the city."""
        workdays: npt.NDArray[np.bool_] = (moments.local(self.zone, self.instants) // DAY + 3) % 7 < 5
        return workdays

    @cached_property
    def rush(self) -> Floats:
        """The two rush hours of a working day, 0 … 1; a gentle afternoon at the weekend."""
        week = np.exp(-(((self.clock - 8.4) / 1.4) ** 2)) + np.exp(-(((self.clock - 17.6) / 1.9) ** 2))
        return np.where(self.working, np.minimum(week, 1.0), 0.45 * np.exp(-(((self.clock - 15.0) / 3.5) ** 2)))

    @cached_property
    def bustle(self) -> Floats:
        """How many people are about, 0 … 1: least at four at night."""
        hour = np.array([0, 4, 6, 9, 12, 18, 21, 24])
        week = np.interp(self.clock, hour, [0.18, 0.03, 0.2, 0.75, 0.9, 1.0, 0.6, 0.18])
        rest = np.interp(self.clock, hour, [0.3, 0.08, 0.08, 0.35, 0.8, 0.95, 0.7, 0.3])
        return np.where(self.working, week, rest)

    @cached_property
    def sun(self) -> Floats:
        """The height of the sun, 0 … 1."""
        return np.clip(np.sin(np.pi * (self.clock - 6.5) / 12), 0, 1)

    def sky(self, name: str) -> Floats:
        """One of the weather's series."""
        return self.weather.at(getattr(self.weather, name), self.instants)

    @cached_property
    def runoff(self) -> Floats:
        """Rain of the last hours that is still in the drains, in mm."""
        past = [self.weather.at(self.weather.rain, self.instants - h * HOUR) * np.exp(-h / 4) for h in range(10)]
        left: Floats = np.sum(past, axis=0)
        return left

    @cached_property
    def haze(self) -> Floats:
        """How much dirtier the whole city's air is than usual, as a factor."""
        before, after = (drift(self.seed, "haze", self.day + d, 1, 4.0)[0] for d in (0, 1))
        still = np.sqrt(6.0 / (self.sky("wind") + 2.0))
        return np.exp(0.55 * np.linspace(before, after, len(self.instants))) * still


@dataclass(frozen=True)
class Bench:
    """The devices of one kind on one day: `at` has a row per device and a column per reading."""

    kind: str
    city: Day
    at: Seconds

    @cached_property
    def chance(self) -> np.random.Generator:
        return stream(self.city.seed, f"readings {self.kind}", self.city.day)

    @cached_property
    def n(self) -> int:
        return len(self.at)

    @cached_property
    def tick(self) -> npt.NDArray[np.int64]:
        """Which point of the city-wide curves each reading falls on."""
        return (self.at - self.city.day * DAY) // STEP

    def level(self, what: str) -> Floats:
        """What sets each device apart for good, N(0, 1)."""
        return stream(self.city.seed, f"level {self.kind} {what}").standard_normal((self.n, 1))

    def wander(self, what: str) -> Floats:
        """What sets each device apart these days, about N(0, 1)."""
        before, after = (drift(self.city.seed, f"{self.kind} {what}", self.city.day + d, self.n, 3.0)[:, None] for d in (0, 1))
        share = (self.at - self.city.day * DAY) / DAY
        mixed: Floats = before + (after - before) * share
        return mixed

    def noise(self) -> Floats:
        """What sets each reading apart, N(0, 1)."""
        return self.chance.standard_normal(self.at.shape)

    def unusual(self, what: str, *, odds: float, hours: float, sigma: float = 0.7) -> Floats:
        """How unusual each reading is, 0 … 1; nearly always 0. `odds` in ten days, `hours` the median length."""
        subject = f"{self.kind} {what}"
        return heights(spells(self.city.seed, subject, self.city.day, self.n, odds=odds, hours=hours, sigma=sigma), self.at)

    def along(self, curve: Floats) -> Floats:
        """A city-wide curve at each reading."""
        return curve[self.tick]


def air(b: Bench) -> dict[str, Floats]:
    """Particles rise with haze and rush hours, nitrogen dioxide with traffic, ozone with sun and warmth."""
    city, place = b.city, 0.25 * b.level("dirt") + 0.2 * b.wander("dirt")
    fire = b.unusual("smoke", odds=0.5, hours=5)
    pm25 = b.along(8.5 * city.haze * (0.9 + 0.35 * city.rush)) * np.exp(place + 0.1 * b.noise()) + 210 * fire
    no2 = b.along(24 * city.haze * (0.6 + 0.8 * city.rush)) * np.exp(place + 0.12 * b.noise())
    warmth = np.maximum(city.sky("temperature") - 12, 0)
    o3 = b.along(32 + 30 * city.sun + 2.2 * warmth * city.sun) * np.exp(0.08 * b.noise()) - 0.25 * no2
    return {"pm25": pm25, "pm10": 1.6 * pm25 * np.exp(0.12 * b.noise()) + 2, "no2": no2, "o3": np.maximum(o3, 2)}


def noise(b: Bench) -> dict[str, Floats]:
    """Louder by day; now and then a site or a party."""
    quiet = 54 + 3.5 * b.level("street") + 1.2 * b.wander("street")
    return {"leq": quiet + b.along(11 * b.city.bustle) + 1.6 * b.noise() + 42 * b.unusual("din", odds=1.0, hours=3)}


def traffic(b: Bench) -> dict[str, Floats]:
    """Flow follows the day, speed falls with it, with rain, and at accidents."""
    city, load = b.city, b.city.bustle * 0.6 + b.city.rush * 0.4
    wet = 1 - 0.12 * np.minimum(city.sky("rain") / 4, 1)
    jam = b.unusual("accident", odds=1.0, hours=1.6)
    free = np.clip(50 * np.exp(0.25 * b.level("free")), 34, 95)
    slow = 1 - 0.48 * b.along(load) * np.clip(1 + 0.15 * b.wander("slow"), 0.6, 1.3)
    flow = 850 * np.exp(0.5 * b.level("flow")) * b.along(0.06 + 0.94 * load) * np.exp(0.08 * b.noise()) * (1 - 0.6 * jam)
    return {"speed": free * slow * b.along(wet) * np.exp(0.05 * b.noise()) * (1 - 0.92 * jam), "flow": flow}


def water(b: Bench) -> dict[str, Floats]:
    """Half the gauges feel the tide; all feel the rain of the last hours, each its own way."""
    tidal = (np.arange(b.n) % 2 == 0)[:, None]
    tide = 0.45 * np.sin(2 * np.pi * b.at / TIDE + b.level("tide"))
    drains = 0.045 * np.exp(0.35 * b.level("drains"))
    return {"level": 0.8 + 0.2 * b.level("bed") + tidal * tide + drains * b.along(b.city.runoff) + 0.02 * b.noise()}


def gas(b: Bench) -> dict[str, Floats]:
    """Next to nothing, but for leaks."""
    return {"lel": 0.5 * np.exp(0.4 * b.level("trace") + 0.3 * b.noise()) + 30 * b.unusual("leak", odds=0.1, hours=10)}


def smoke(b: Bench) -> dict[str, Floats]:
    """Clear, but for fires and kitchens."""
    return {"obscuration": 0.25 * np.exp(0.3 * b.level("dust") + 0.35 * b.noise()) + 15 * b.unusual("fire", odds=0.25, hours=2.5)}


def manhole(b: Bench) -> dict[str, Floats]:
    """A closed cover lies nearly flat; a shifted one stays so until somebody comes."""
    return {"tilt": 0.8 * np.exp(0.4 * b.level("lie")) + 0.08 * np.abs(b.noise()) + 26 * b.unusual("shift", odds=0.04, hours=20)}


def meter(b: Bench) -> dict[str, Floats]:
    """Homes use more in the evening, firms by day; both when it is hot or cold."""
    city = b.city
    home = np.interp(city.clock, [0, 4, 7, 12, 17, 20, 24], [0.6, 0.45, 0.9, 0.8, 1.1, 1.6, 0.6])
    firm = np.where(city.working, 0.35 + 1.2 * city.bustle, 0.35 + 0.3 * city.bustle)
    chill = 1 + 0.03 * np.maximum(city.sky("temperature") - 20, 0) + 0.02 * np.maximum(12 - city.sky("temperature"), 0)
    is_firm = b.level("use") > 0.6
    size = np.where(is_firm, 14.0, 1.1) * np.exp(0.8 * b.level("size"))
    return {"kwh": size * np.where(is_firm, b.along(firm * chill), b.along(home * chill)) * np.exp(0.15 * b.noise())}


def camera(b: Bench) -> dict[str, Floats]:
    """It sees, or it does not."""
    return {"online": (b.unusual("blind", odds=0.25, hours=10) == 0).astype(float)}


def crowd(b: Bench) -> dict[str, Floats]:
    """People about at the place, fewer in the rain; sometimes an event."""
    usual = np.clip(260 * np.exp(0.8 * b.level("size")), 60, 2400)
    dry = b.along(b.city.bustle * (1 - 0.3 * np.minimum(b.city.sky("rain") / 3, 1)))
    event = b.unusual("event", odds=0.9, hours=4, sigma=0.4)
    return {"count": np.round(usual * dry * np.exp(0.15 * b.wander("size") + 0.08 * b.noise()) + event * (2600 + 2 * usual))}


def weather(b: Bench) -> dict[str, Floats]:
    """The same hour of the real year, with each station's small differences."""
    city, wind = b.city, b.along(b.city.sky("wind")) * np.exp(0.12 * b.level("wind") + 0.08 * b.noise())
    direction = np.rad2deg(np.arctan2(city.sky("wind_east"), city.sky("wind_north")))
    return {
        "temperature": b.along(city.sky("temperature")) + 0.5 * b.level("temperature") + 0.15 * b.noise(),
        "humidity": np.clip(b.along(city.sky("humidity")) + 2 * b.level("humidity") + 0.5 * b.noise(), 5, 100),
        "wind_speed": wind,
        "wind_direction": np.round(b.along(direction) + 5 * b.noise()) % 360,
        "pressure": b.along(city.sky("pressure")) + 0.3 * b.level("pressure") + 0.05 * b.noise(),
        "precipitation": np.maximum(b.along(city.sky("rain")) * np.exp(0.2 * b.level("rain")), 0),
    }


SIGNALS: dict[str, Callable[[Bench], dict[str, Floats]]] = {
    "air": air, "noise": noise, "traffic": traffic, "water": water, "gas": gas, "smoke": smoke, "manhole": manhole,
    "meter": meter, "camera": camera, "crowd": crowd, "weather": weather,
}
