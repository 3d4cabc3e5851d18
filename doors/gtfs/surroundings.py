"""What the door must know of the city: which points lie in it, and the smallest region around some."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_access.city import City
from doors.courier import Courier, telling
from geo.assign import OUTSIDE, Assigner

Place = tuple[float, float]


@dataclass(frozen=True)
class Surroundings:
    """The city's tree and its leaves as they are now."""

    city: City
    leaves: Assigner

    @classmethod
    def of(cls, courier: Courier) -> "Surroundings":
        """As the database has them. Raises: Unavailable."""
        with telling():
            city, _ = courier.intake.prepared()
            with courier.engine.connect() as connection:
                return cls(city, courier.intake.registers.leaves(connection))

    def leaf(self, places: Sequence[Place]) -> NDArray[np.int64]:
        """The leaf region under each place; OUTSIDE where there is none."""
        lon, lat = np.array(places, np.float64).reshape(-1, 2).T
        return self.leaves.assign(np.ascontiguousarray(lon), np.ascontiguousarray(lat)).astype(np.int64)

    def holds(self, places: Sequence[Place]) -> NDArray[np.bool_]:
        """Which places lie in the city; all, where no region is drawn that could say."""
        inside: NDArray[np.bool_] = np.ones(len(places), bool) if self.leaves.empty else self.leaf(places) != OUTSIDE
        return inside

    def around(self, places: Sequence[Place]) -> str:
        """The code of the smallest region that holds all these places, as far as they lie in the city; the city's around none."""
        found = [] if self.leaves.empty or not places else np.unique(self.leaf(places)).tolist()
        paths = [[region.code for region in self.city.path(self.city.regions[leaf])] for leaf in found if leaf != OUTSIDE]
        shared = [codes[0] for codes in zip(*paths, strict=False) if len(set(codes)) == 1]
        return shared[-1] if shared else self.city.root.code
