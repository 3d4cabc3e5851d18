"""The real weather of one year by the hour, repeated every year."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from simulate.chance import Floats
from simulate.moments import DAY, HOUR, Seconds, date_of
from simulate.pack import Sky

COLUMNS = ("temp", "humid", "wind_speed", "wind_dir", "wind_gust", "pressure", "precip")
SQUALL_MPH = 120.0  # a mean wind above this is a typing error


@dataclass(frozen=True)
class Weather:
    """Hourly values from the year's first hour (UTC): °C, %, m/s, m/s east and north, m/s, hPa, mm/h."""

    temperature: Floats
    humidity: Floats
    wind: Floats
    wind_east: Floats
    wind_north: Floats
    gust: Floats
    pressure: Floats
    rain: Floats

    def at(self, series: Floats, instants: Seconds) -> Floats:
        """One of the series at any instants, straight between the hours."""
        hours = (instants - _years(instants)) / HOUR
        return np.interp(hours, np.arange(len(series)), series)

    def day(self, series: Floats, day: int) -> Floats:
        """The 24 values of one UTC day."""
        return self.at(series, day * DAY + HOUR * np.arange(24))


def load(sky: Sky, zone: ZoneInfo) -> Weather:
    """Read the weather: the mean of the stations, gaps bridged, told by the city's clock: noon stays noon."""
    rows = pd.read_csv(sky.file, usecols=["time_hour", *COLUMNS])
    rows.loc[rows["wind_speed"] > SQUALL_MPH, "wind_speed"] = np.nan
    angle = np.deg2rad(rows["wind_dir"])
    rows["east"], rows["north"] = np.sin(angle) * rows["wind_speed"], np.cos(angle) * rows["wind_speed"]
    rows["wind_gust"] = rows["wind_gust"].fillna(rows["wind_speed"])
    times = pd.to_datetime(rows.pop("time_hour"), utc=True)
    hourly = rows.groupby(times).mean()
    year = datetime(hourly.index[0].year, 1, 1, tzinfo=UTC)
    hourly = hourly.reindex(pd.date_range(year, periods=365 * 24, freq="h"))
    hourly = hourly.set_axis(np.roll(hourly.index, _hours_ahead(zone, year) - _hours_ahead(sky.zone, year))).sort_index()
    rain = hourly["precip"].fillna(0.0) * 25.4
    filled = hourly.interpolate().bfill()
    mps = 0.44704
    return Weather(
        temperature=((filled["temp"] - 32) / 1.8).to_numpy(), humidity=filled["humid"].to_numpy(),
        wind=(filled["wind_speed"] * mps).to_numpy(), wind_east=(filled["east"] * mps).to_numpy(),
        wind_north=(filled["north"] * mps).to_numpy(), gust=(filled["wind_gust"] * mps).to_numpy(),
        pressure=filled["pressure"].to_numpy(), rain=rain.to_numpy(),
    )


def _hours_ahead(zone: ZoneInfo, at: datetime) -> int:
    """How far a zone's winter clock is ahead of UTC."""
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() / HOUR)


def _years(instants: Seconds) -> Seconds:
    """The start of each instant's UTC year."""
    first, last = date_of(int(instants.min()) // DAY).year, date_of(int(instants.max()) // DAY).year
    starts = np.array([datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in range(first, last + 2)], np.int64)
    return starts[np.searchsorted(starts, instants, side="right") - 1]
