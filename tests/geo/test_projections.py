"""Projected coordinates in degrees, x always east: control points whose place is known otherwise."""

import numpy as np
import pytest

from geo.projections import UnknownCrs, known, to_wgs84

# A point in a system, its longitude and latitude, and how finely they were published.
# Source: New York's 311 requests give State Plane feet and degrees side by side (unique keys 64345465 and 64349550 of 2025);
# the other points lie where the systems' definitions have their central meridian and equator.
CONTROL = [
    ("EPSG:2263", (1017039, 178484), (-73.88182509318824, 40.65651333701598), 4e-6),
    ("EPSG:2263", (1048718, 195665), (-73.76748678190313, 40.70349714790391), 4e-6),
    ("EPSG:4547", (500000, 0), (114, 0), 1e-9),
    ("EPSG:32648", (500000, 0), (105, 0), 1e-9),
    ("EPSG:3857", (0, 0), (0, 0), 1e-9),
    ("EPSG:25832", (500000, 0), (9, 0), 1e-9),
]


@pytest.mark.parametrize(("crs", "projected", "degrees", "fine"), CONTROL)
def test_a_control_point_lies_where_it_should(
    crs: str, projected: tuple[float, float], degrees: tuple[float, float], fine: float
) -> None:
    lon, lat = to_wgs84(np.array([projected[0]], float), np.array([projected[1]], float), crs)
    assert (lon[0], lat[0]) == pytest.approx(degrees, abs=fine)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "epsg:4326", "OGC:CRS84"])
def test_degrees_are_taken_as_they_are_x_first(crs: str) -> None:
    lon, lat = np.array([116.4]), np.array([39.9])
    assert to_wgs84(lon, lat, crs) == (lon, lat)


def test_what_a_system_does_not_reach_becomes_nothing() -> None:
    lon, lat = to_wgs84(np.array([1e30, 500000.0, np.nan]), np.array([1e30, 4e6, 1.0]), "EPSG:32648")
    assert np.isnan(lon).tolist() == [True, False, True]
    assert np.isnan(lat).tolist() == [True, False, True]


def test_a_system_that_does_not_exist_is_told_with_an_example() -> None:
    with pytest.raises(UnknownCrs, match="'EPSG:999999' is no coordinate system that is known; write one like EPSG:2263"):
        known("EPSG:999999")
