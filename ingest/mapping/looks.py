"""What the cells of a column look like: numbers and how they are written, times and their format, texts."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping import moments, numbers
from ingest.mapping.cells import Cells, Sheet
from ingest.mapping.cut import cut
from ingest.mapping.faults import Faults
from ingest.mapping.hints import CityAround
from ingest.mapping.values import BLANKS, Reading

FORMATS = ("iso", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M", "%d.%m.%Y",
           "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
           "%m/%d/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y",
           "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y %H:%M", "%d %b %Y", "%d-%b-%Y",
           "%b %d %Y %I:%M%p", "%d-%b-%y %I:%M %p", "%d-%b-%Y %I:%M %p", "%d-%b-%y %H:%M", "%d-%b-%y", "%d %b %Y %I:%M %p",
           "%d/%m/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p", "%d-%m-%Y %I:%M %p", "%d-%m-%Y %I:%M:%S %p",
           "%m/%d/%y %H:%M", "%m/%d/%y", "%d/%m/%y %H:%M", "%d/%m/%y", "%d.%m.%y %H:%M", "%d.%m.%y",
           "%d.%m.%Y, %H:%M:%S", "%d/%m/%Y, %H:%M:%S", "%d.%m.%Y %H:%M:%S.%f", "%H:%M %d/%m/%Y", "%H:%M:%S %d/%m/%Y",
           "%d de %b de %Y %H:%M",
           "%d de %b de %Y", "%Y%m%d%H", "%b %d, %Y", "%d %b %Y, %H:%M", "%y-%m-%d", "epoch_ms", "epoch_s", "excel")
TAIWAN = ("%Ey/%m/%d", "%Ey/%m/%d %H:%M", "%Ey/%m/%d %H:%M:%S", "%Ey.%m.%d", "%Ey-%m-%d", "%Ey年%m月%d日", "%Ey%m%d")
TWINS = {"%d/%m": "%m/%d", "%m/%d": "%d/%m", "%d-%m": "%m-%d", "%m-%d": "%d-%m"}
BUDDHIST = np.datetime64("2480-01-01"), np.datetime64("2680-01-01")   # years that only Thailand's calendar has reached
BUDDHIST_ISO = ("%EY-%m-%d %H:%M:%S", "%EY-%m-%d %H:%M", "%EY-%m-%d", "%EY/%m/%d")
FIGURES = ("epoch_ms", "epoch_s", "excel", "%Y%m%d%H")
OLDEST, NEWEST = np.datetime64("1980-01-01"), np.datetime64("2100-01-01")   # a figure before or after is a figure and no time
SAMPLE = 300   # rows
REST = 0.01    # of a column's times, when they are worth a format of their own


@dataclass(frozen=True)
class Looks:
    """What the cells of a column look like."""

    name: str
    cells: Cells
    texts: pa.StringArray
    filled: float                 # share of cells that hold something
    distinct: float               # share of those that differ, without codes that a spreadsheet cut
    numbers: NDArray[np.float64]  # of every row, NaN where there is none
    numeric: float                # share of those that are numbers
    reading: dict[str, Any]       # how the numbers must be read
    format: str | None            # of times
    also: str | None              # of the times that are written otherwise
    timely: float                 # share of those that are times
    twin: bool                    # the same could be written month first and day first
    longest: int


def looked_at(frame: pd.DataFrame, city: CityAround) -> list[Looks]:
    """Every column, looked at."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(frame))[:SAMPLE])      # from all over: days go beyond the twelfth
    sheet = Sheet(frame.iloc[chosen], empty=BLANKS)
    return [look(str(name), sheet, city) for name in frame.columns if name != "geometry"] + (
        [geometry(sheet)] if "geometry" in frame.columns else [])


def geometry(sheet: Sheet) -> Looks:
    """A column of shapes."""
    none = np.full(len(sheet.frame), np.nan)
    nothing = pa.array([], pa.string())
    return Looks("geometry", Cells(nothing), nothing, 1.0, 1.0, none, 0.0, {}, None, None, 0.0, False, 0)


def look(name: str, sheet: Sheet, city: CityAround) -> Looks:
    """One column, looked at."""
    cells = sheet.cells(name)
    texts = cells.by_row().drop_null()
    count = len(texts)
    values, reading = as_numbers(texts)
    written, also, timely, twin = as_times(texts, cells, city)
    aligned = np.full(len(sheet.frame), np.nan)
    aligned[cells.by_row().is_valid().to_numpy(zero_copy_only=False)] = values
    filled = count / max(len(sheet.frame), 1)
    longest = max((len(text) for text in texts.to_pylist()), default=0)
    whole = texts.filter(pa.array(~cut(texts)))
    return Looks(name, cells, texts, filled, len(pc.unique(whole)) / max(len(whole), 1), aligned,
                 float(np.isfinite(values).mean()) if count else 0.0, reading, written, also,
                 timely, twin, longest)


def as_numbers(texts: pa.StringArray) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The column's numbers, and how they must be read: plainly, with a decimal comma, with marks between thousands."""
    ways: tuple[dict[str, Any], ...] = ({}, {"thousands": ","}, {"decimal": ","}, {"decimal": ",", "thousands": "."},
                                        {"thousands": " "}, {"decimal": ",", "thousands": " "}, {"thousands": "'"},
                                        {"percent": "keep"})
    tried = []
    for way in ways:
        values = numbers.parsed(texts, None, Reading.model_validate(way), way.get("decimal", "."), None, Faults("", texts))
        tried.append((int(np.isfinite(values).sum()), values, way))
        if tried[-1][0] == len(texts):
            break
    most = max(read for read, _, _ in tried)
    _, values, way = next(one for one in tried if one[0] == most)
    return values, way


def as_times(texts: pa.StringArray, cells: Cells, city: CityAround) -> tuple[str | None, str | None, float, bool]:
    """The format that reads most of the column as times, one for the rest, how many both read, and whether day and month
    could be the other way round."""
    figured = pc.match_substring_regex(texts, r"\p{Nd}").to_numpy(zero_copy_only=False)
    if not len(texts) or figured.mean() < 0.5:
        return None, None, 0.0, False
    wanted = np.ones(len(texts), bool)
    typed = cells.native is not None and bool(cells.native.all()) and cells.numbers is None
    found: list[tuple[float, str]] = []
    for written in ("iso",) if typed else ("iso", *TAIWAN, *FORMATS[1:]) if city.zone.key == "Asia/Taipei" else FORMATS:
        read = moments.read(texts, (written,), wanted)
        likely = (read.local >= OLDEST) & (read.local < NEWEST) if written in FIGURES else ~np.isnat(read.local)
        share = float(likely.mean())
        if share > 0.5:
            found.append((share, written))
        if share == 1.0 and written == "iso":
            break
    if not found:
        return None, None, 0.0, False
    share = max(one[0] for one in found)
    ways = [written for one, written in found if one == share]
    chosen = ways[0]
    twin = any(chosen.startswith(short) and chosen.replace(short, other, 1) in ways for short, other in TWINS.items())
    if twin and city.zone.key not in month_first():
        chosen = next((way for way in ways if way.startswith("%d")), chosen)
    ahead = moments.read(texts, (chosen,), wanted).local
    if ((ahead > BUDDHIST[0]) & (ahead < BUDDHIST[1])).mean() > 0.5:
        chosen, share = in_buddhist_years(texts, chosen)
    also = None if share == 1.0 else of_rest(texts, chosen)
    if also is not None:
        share = float((~np.isnat(moments.read(texts, (chosen, also), wanted).local)).mean())
    return chosen, also, share, twin


def in_buddhist_years(texts: pa.StringArray, chosen: str) -> tuple[str, float]:
    """The format that reads years of the Buddhist era, where one otherwise alike reads far ahead; and how much it reads."""
    ways = BUDDHIST_ISO if chosen == "iso" else (chosen.replace("%Y", "%EY"),)
    wanted = np.ones(len(texts), bool)
    read = {way: float((~np.isnat(moments.read(texts, (way,), wanted).local)).mean()) for way in ways}
    best = max(read, key=lambda way: read[way])
    return best, read[best]


@cache
def month_first() -> frozenset[str]:
    """The zones where 3/4 is in March: those of the United States."""
    rows = files("tzdata").joinpath("zoneinfo/zone1970.tab").read_text(encoding="utf-8").splitlines()
    cells = (row.split("\t") for row in rows if not row.startswith("#"))
    return frozenset(name for countries, _, name, *_ in cells if "US" in countries.split(","))


def of_rest(texts: pa.StringArray, chosen: str) -> str | None:
    """The format that reads most of what the chosen one does not, where that is a share worth saying; never its twin."""
    left = np.isnat(moments.read(texts, (chosen,), np.ones(len(texts), bool)).local)
    short = chosen[:5]
    read = {written: int((~np.isnat(moments.read(texts, (written,), left).local) & left).sum()) for written in FORMATS
            if written not in FIGURES and not written.startswith(TWINS.get(short, chosen))}
    best = max(read, key=lambda written: read[written])
    return best if read[best] >= REST * len(texts) else None
