import numpy as np
import numpy.typing as npt
import orjson
import pytest

from simulate import moments, observations
from simulate.moments import DAY, HOUR
from simulate.observations import PROPERTIES, Observations
from simulate.signals import SIGNALS
from simulate.spells import Spells, heights, spells
from simulate.world import World

WEDNESDAY = moments.instant("2026-03-04T00:00:00Z") // DAY
ALARMS = {"pm25": 150, "pm10": 250, "no2": 400, "o3": 265, "leq": 100, "level": 3.0, "lel": 20, "obscuration": 10, "tilt": 15,
          "count": 5000, "wind_speed": 24.5, "precipitation": 50}
POSSIBLE = {"leq": (20, 140), "speed": (0, 160), "flow": (0, 12000), "level": (-5, 20), "lel": (0, 100), "online": (0, 1),
            "obscuration": (0, 100), "tilt": (0, 180), "kwh": (0, 5000), "count": (0, 50000), "temperature": (-60, 60),
            "humidity": (0, 100), "wind_direction": (0, 360), "pressure": (850, 1090)}


@pytest.fixture(scope="module")
def drawn(city: World) -> Observations:
    return observations.draw(city, WEDNESDAY)


def of(drawn: Observations, name: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = drawn.property == PROPERTIES.index(name)
    return found


def test_a_day_drawn_again_has_the_same_readings(city: World, drawn: Observations) -> None:
    again = observations.draw(city, WEDNESDAY)
    assert all((getattr(again, name) == getattr(drawn, name)).all() for name in ("device", "property", "at", "value"))


def test_there_are_five_thousand_devices_of_at_least_eight_kinds(city: World) -> None:
    assert len(city.devices.code) == len(set(city.devices.code)) == 5000
    assert len(city.pack.kinds) >= 8
    assert {kind.key for kind in city.pack.kinds} == set(SIGNALS)
    assert all(300 <= kind.interval_s <= 3600 and 86400 % kind.interval_s == 0 for kind in city.pack.kinds)


def test_sixty_days_are_about_ten_million_readings(city: World, drawn: Observations) -> None:
    assert 60 * len(drawn) == pytest.approx(10_000_000, rel=0.06)
    assert len(drawn) == pytest.approx(observations.expected(city), rel=0.06)


def test_readings_come_by_time_once_each_and_nearly_every_second(drawn: Observations) -> None:
    assert (np.diff(drawn.at) >= 0).all()
    assert (drawn.at // DAY == WEDNESDAY).all()
    assert len(np.unique(np.stack([drawn.device, drawn.property, drawn.at]), axis=1).T) == len(drawn)
    assert len(np.unique(drawn.at)) / DAY > 0.8


def test_no_reading_is_impossible(drawn: Observations) -> None:
    for name, (least, most) in POSSIBLE.items():
        values = drawn.value[of(drawn, name)]
        assert least <= values.min() and values.max() <= most, name


def test_two_to_four_per_cent_of_the_devices_are_silent(city: World) -> None:
    silent = []
    for day in range(WEDNESDAY, WEDNESDAY + 60, 6):
        noon = observations.draw(city, day).between(day * DAY + 16 * HOUR, day * DAY + 17 * HOUR)
        silent.append(1 - len(np.unique(noon.device)) / city.devices.enabled.sum())
    assert 0.02 < np.mean(silent) < 0.045


def test_devices_out_of_use_say_nothing(city: World, drawn: Observations) -> None:
    out = np.flatnonzero(~city.devices.enabled)
    assert len(out) > 20
    assert not np.isin(drawn.device, out).any()


def test_alarms_are_a_handful_at_a_time(city: World) -> None:
    counts = []
    for day in range(WEDNESDAY, WEDNESDAY + 60, 5):
        noon = observations.draw(city, day).between(day * DAY + 16 * HOUR, day * DAY + 17 * HOUR)
        alarmed = [noon.device[of(noon, name) & (noon.value >= limit)] for name, limit in ALARMS.items()]
        alarmed.append(noon.device[of(noon, "speed") & (noon.value <= 6)])
        counts.append(len(np.unique(np.concatenate(alarmed))))
    assert 3 < np.mean(counts) < 12
    assert max(counts) < 25


def test_traffic_is_slower_and_thicker_in_the_rush_hour_than_at_night(city: World, drawn: Observations) -> None:
    hour = moments.local(city.pack.zone, drawn.at) % DAY // HOUR
    rush, night = (hour == 17), (hour == 3)
    speed, flow = (of(drawn, name) for name in ("speed", "flow"))
    assert np.median(drawn.value[speed & rush]) < 0.8 * np.median(drawn.value[speed & night])
    assert np.median(drawn.value[flow & rush]) > 5 * np.median(drawn.value[flow & night])


def test_weather_stations_repeat_the_same_hour_of_the_real_year(city: World, drawn: Observations) -> None:
    temperature = of(drawn, "temperature")
    real = city.weather.at(city.weather.temperature, drawn.at[temperature])
    assert np.abs(drawn.value[temperature] - real).max() < 3.0
    assert np.mean(drawn.value[temperature] - real) == pytest.approx(0, abs=0.6)


def test_water_stands_higher_after_heavy_rain(city: World) -> None:
    """7 June 2013 brought 66 mm to New York; 20 June was dry."""
    wet, dry = (observations.draw(city, moments.instant(f"2026-06-{day}T00:00:00Z") // DAY) for day in ("08", "20"))
    first_hours = [np.median(day.value[of(day, "level") & (day.at % DAY < 6 * HOUR)]) for day in (wet, dry)]
    assert first_hours[0] > first_hours[1] + 0.2


def test_a_spell_over_midnight_is_one_spell_seen_from_both_days(city: World) -> None:
    today, tomorrow = (spells(7, "blind", day, 1000, odds=1.0, hours=30, sigma=0.1) for day in (WEDNESDAY, WEDNESDAY + 1))
    over = today.end > (WEDNESDAY + 1) * DAY
    begun = tomorrow.start < (WEDNESDAY + 1) * DAY
    assert over.any()
    for name in ("who", "start", "end", "strength"):
        assert sorted(getattr(today, name)[over]) == sorted(getattr(tomorrow, name)[begun])


def test_a_spell_rises_stays_and_falls() -> None:
    one = Spells(who=np.array([0]), start=np.array([0]), end=np.array([600]), strength=np.array([1.0]))
    assert heights(one, np.array([[-10, 0, 50, 300, 550, 600, 700]])).round(3).tolist() == [[0, 0, 0.5, 1, 0.5, 0, 0]]


def test_bodies_are_columns_of_one_length(city: World, drawn: Observations) -> None:
    part = drawn.between(WEDNESDAY * DAY, WEDNESDAY * DAY + 60)
    columns = orjson.loads(observations.body(city, part))["columns"]
    assert {len(column) for column in columns.values()} == {len(part)}
    assert columns["observed_at"][0].startswith("2026-03-04T00:00:")
    assert set(columns["device"]) <= set(city.devices.code)
