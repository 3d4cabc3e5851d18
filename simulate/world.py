"""The city as the simulator sees it: seed, tables, places, weather, devices."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulate import closing, devices, pack, places, weather
from simulate.closing import Pace
from simulate.devices import Devices
from simulate.pack import BadPack, Pack
from simulate.places import Places
from simulate.weather import Weather


@dataclass(frozen=True)
class World:
    """All that a day's facts are drawn from. Same seed and pack, same facts."""

    seed: int
    pack: Pack
    places: Places
    weather: Weather
    devices: Devices
    pace: Pace
    offices: npt.NDArray[np.int16]   # which agency does a class (row) in a neighbourhood (column)


def load(seed: int, pack_key: str) -> World:
    """Read the pack and its data packages. Raises: BadPack."""
    said = pack.load(pack_key)
    lots = places.load(said)
    return World(
        seed=seed, pack=said, places=lots, weather=weather.load(said.weather, said.zone), devices=devices.draw(seed, said, lots),
        pace=closing.pace(said.classes), offices=_offices(said, lots),
    )


def _offices(said: Pack, lots: Places) -> npt.NDArray[np.int16]:
    """The borough's office where the agency has one, else the agency. Raises: BadPack."""
    number = {agency.code: i for i, agency in enumerate(said.agencies)}
    unknown = {kind.agency for kind in said.classes} - set(number)
    if unknown:
        raise BadPack(f"classes.csv names agencies that agencies.csv does not have: {sorted(unknown)}")
    return np.array([
        [number.get(f"{kind.agency}-{borough}", number[kind.agency]) for borough in lots.borough] for kind in said.classes
    ], np.int16)
