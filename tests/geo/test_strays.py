"""What a coordinate outside the city looks like."""

import numpy as np
import pytest

from geo.strays import Box, strays

NEW_YORK = Box(-74.26, 40.49, -73.70, 40.92)
GUIYANG = Box(106.1, 26.2, 107.3, 27.4)


@pytest.mark.parametrize(("city", "lon", "lat", "look"), [
    (NEW_YORK, -74.0, 40.7, None),               # inside
    (NEW_YORK, -74.4, 40.7, None),               # next door
    (NEW_YORK, 0.0, 0.0, "zero"),
    (NEW_YORK, 40.7, -74.0, "swapped"),
    (NEW_YORK, 74.0, 40.7, "sign_lost"),
    (NEW_YORK, -74.0, -40.7, "sign_lost"),
    (NEW_YORK, 987654.0, 201234.0, "projected"),  # EPSG:2263, feet
    (NEW_YORK, 2.35, 48.86, "far"),              # Paris
    (NEW_YORK, np.nan, 40.7, None),
    (NEW_YORK, np.inf, 40.7, None),
    (GUIYANG, 26.6, 106.7, "swapped"),           # a latitude over 90 is swapped before it is anything else
    (GUIYANG, 35_600_000.0, 2_940_000.0, "projected"),
    (GUIYANG, 116.4, 39.9, "far"),               # Beijing
])
def test_a_stray_is_told_by_what_would_bring_it_back(city, lon, lat, look):
    assert strays(np.array([lon]), np.array([lat]), city).tolist() == [look]
