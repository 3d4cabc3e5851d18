"""Chinese datums against published pairs: from other implementations to the millimetre, from the map services to a metre."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.datums import bd09_to_gcj02, from_wgs84, gcj02_to_bd09, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02

Pair = tuple[float, float]
METRES = 111_320.0  # in a degree of latitude

# Source: github.com/googollee/eviltransform, javascript/test.js (Shanghai, Shenzhen, Beijing).
FORMULA = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
# Source: github.com/wandergis/coordtransform, test/app.js.
TIANANMEN = (116.404, 39.915)
TIANANMEN_AS_GCJ02 = (116.41024449916938, 39.91640428150164)
TIANANMEN_GCJ02_AS_BD09 = (116.41036949371029, 39.92133699351021)
# What the services answered: WGS 84, GCJ-02 (Gaode), BD-09 (Baidu).
# Source: github.com/hujiulong/gcoord, test/fixtures/china-cities.json.
SERVICES = {
    "驻马店": ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
    "那曲": ((92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)),
    "沈阳": ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
    "酒泉": ((98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949)),
    "钦州": ((108.6503952, 21.9828281), (108.6541485, 21.9799392), (108.6607283, 21.9856319)),
    "汕头": ((116.6775114, 23.3567569), (116.6819735, 23.3540964), (116.6885014, 23.3598884)),
    "毕节": ((105.2884121, 27.2873271), (105.2916458, 27.2839591), (105.2982343, 27.2896767)),
    "锡林郭勒": ((116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782)),
    "泉州": ((118.6711365, 24.8770487), (118.6756787, 24.8741363), (118.6821251, 24.8804872)),
    "邵阳": ((111.4622119, 27.242124), (111.4677938, 27.2388981), (111.4742271, 27.2451662)),
}


def apart(one: tuple[NDArray[np.float64], NDArray[np.float64]], other: Pair | tuple[NDArray[np.float64], ...]) -> float:
    """Metres between points, the largest of them."""
    lon, lat = (np.asarray(axis) for axis in one)
    east = (lon - other[0]) * np.cos(np.radians(lat)) * METRES
    return float(np.hypot(east, (lat - other[1]) * METRES).max())


def arrays(pair: Pair) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([pair[0]]), np.array([pair[1]])


@pytest.mark.parametrize(("wgs84", "gcj02"), [*FORMULA, (TIANANMEN, TIANANMEN_AS_GCJ02)])
def test_gcj02_agrees_with_other_implementations_to_the_millimetre(wgs84: Pair, gcj02: Pair) -> None:
    assert apart(wgs84_to_gcj02(*arrays(wgs84)), gcj02) < 0.001
    assert apart(gcj02_to_wgs84(*arrays(gcj02)), wgs84) < 0.001


def test_bd09_agrees_with_other_implementations_to_the_millimetre() -> None:
    assert apart(gcj02_to_bd09(*arrays(TIANANMEN)), TIANANMEN_GCJ02_AS_BD09) < 0.001
    assert apart(bd09_to_gcj02(*arrays(TIANANMEN_GCJ02_AS_BD09)), TIANANMEN) < 0.001


@pytest.mark.parametrize("city", SERVICES)
def test_the_map_services_answers_are_met_within_a_metre(city: str) -> None:
    wgs84, gcj02, bd09 = SERVICES[city]
    assert apart(from_wgs84(*arrays(wgs84), "gcj02"), gcj02) < 1
    assert apart(to_wgs84(*arrays(gcj02), "gcj02"), wgs84) < 1
    assert apart(from_wgs84(*arrays(wgs84), "bd09"), bd09) < 1
    assert apart(to_wgs84(*arrays(bd09), "bd09"), wgs84) < 1
    assert apart(gcj02_to_bd09(*arrays(gcj02)), bd09) < 0.02


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_there_and_back_is_less_than_a_millimetre_all_over_china(datum: str) -> None:
    random = np.random.default_rng(30428)
    lon, lat = random.uniform(73.6, 135.0, 20_000), random.uniform(18.2, 53.5, 20_000)
    assert apart(to_wgs84(*from_wgs84(lon, lat, datum), datum), (lon, lat)) < 0.001
    assert apart(from_wgs84(*to_wgs84(lon, lat, datum), datum), (lon, lat)) < 0.001


def test_the_shift_is_some_hundred_metres_in_a_city() -> None:
    assert 100 < apart(wgs84_to_gcj02(*arrays(TIANANMEN)), TIANANMEN) < 1000


def test_outside_of_china_gcj02_changes_nothing() -> None:
    lon, lat = np.array([-74.0, 2.35, 151.2]), np.array([40.7, 48.86, -33.9])
    for way in (wgs84_to_gcj02, gcj02_to_wgs84):
        assert [axis.tolist() for axis in way(lon, lat)] == [lon.tolist(), lat.tolist()]


def test_cgcs2000_counts_as_wgs84_and_nothing_stays_nothing() -> None:
    lon, lat = np.array([116.4, np.nan]), np.array([39.9, np.nan])
    assert to_wgs84(lon, lat, "cgcs2000") == (lon, lat)
    assert all(np.isnan(axis[1]) for axis in to_wgs84(lon, lat, "bd09"))
