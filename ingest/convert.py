"""Units that data come in, and how they become the units that the city's properties are kept in."""

import numpy as np
from numpy.typing import NDArray

SCALE_AND_OFFSET: dict[str, tuple[float, float]] = {
    "fahrenheit": (5 / 9, -160 / 9),        # °C
    "mile_per_hour": (0.44704, 0.0),        # m/s
    "inch": (25.4, 0.0),                    # mm
    "mile": (1.609344, 0.0),                # km
}
DECIMALS = 4  # finer than any of these instruments; keeps 39.02 °F from becoming 3.9000000000000021 °C


def converted(values: NDArray[np.float64], unit: str | None) -> NDArray[np.float64]:
    """The values in the property's own unit; without a unit they are in it already."""
    if unit is None:
        return values
    scale, offset = SCALE_AND_OFFSET[unit]
    return np.round(values * scale + offset, DECIMALS)
