"""What looks wrong with a sample of a file, and what to write about it; each hint says how it is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import CRSInfo, query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError

from geo.datums import to_wgs84
from geo.projections import known
from geo.strays import Box, strays
from ingest.mapping.cut import cut
from ingest.mapping.regions import RegionIndex

Degrees = NDArray[np.float64]
SAMPLE = 200           # points that a coordinate system is tried on
ENOUGH = 0.6           # of the points must lie inside: files have strays of their own
MARKED = 0.02          # so many more points must agree for a datum to be told
FEWEST = 20            # points that must speak for it
COMMON = 0.05          # of the rows: what is rarer is for the checks
TODAY = ("WGS 84 /", "CGCS2000", "NAD83 /", "ETRS89", "GDA", "SIRGAS 2000", "JGD2011", "OSGB36", "RGF93", "DHDN", "CH1903",
         "Amersfoort", "Korea 2000", "Hong Kong 1980", "TWD97", "SVY21", "Hartebeesthoek94", "Pulkovo 1942", "NZGD2000")
WEB = "3857"           # of the two world-wide Mercators the one that web maps have
METRES = 111_320       # in a degree
ALIKE_M = 5.0          # systems that put points so near each other are one


@dataclass(frozen=True)
class CityAround:
    """What is known of the city when a file is looked at."""

    zone: ZoneInfo
    box: Box | None = None
    regions: RegionIndex | None = None
    crs: str | None = None            # what the table says of itself
    shapes: tuple[str, ...] = ()      # the systems that the city's own boundaries come in

    @property
    def top(self) -> str:
        """The code of the region that is all of the city; "" where no tree is known."""
        return next((code for code, above in self.regions.above.items() if not above), "") if self.regions else ""


@dataclass(frozen=True)
class Hint:
    """Something to look at: for a program (`code`), for a person (`text`), and the line of YAML that would mend it."""

    code: str
    text: str
    yaml: str | None = None


def of_places(x: Degrees, y: Degrees, city: CityAround) -> list[Hint]:
    """What coordinates look like that do not lie in the city."""
    there = np.isfinite(x) & np.isfinite(y)
    if city.box is None or not there.any():
        return []
    x, y = x[there], y[there]
    looks = strays(x, y, city.box)
    hints = []
    for name, share in ((name, float((looks == name).mean())) for name in ("swapped", "sign_lost", "zero", "projected")):
        if share < COMMON:
            continue
        if name == "projected":
            hints += of_projection(x, y, city.box, city.shapes)
        else:
            hints.append(Hint(name, STRAYS[name].format(share=share), YAML[name]))
    return hints


STRAYS = {
    "swapped": "{share:.0%} of the points lie in the city once longitude and latitude are swapped",
    "sign_lost": "{share:.0%} of the points lie in the city once a minus is put before longitude or latitude",
    "zero": "{share:.0%} of the points lie at 0, 0: rows without a place",
}
YAML = {"swapped": "swap the columns of lon and lat", "sign_lost": "lon: {column: …, scale: -1}", "zero": "nowhere: [[0, 0]]"}


def of_projection(x: Degrees, y: Degrees, box: Box, shapes: tuple[str, ...] = ()) -> list[Hint]:
    """Which projected coordinate systems of the city's area put the points into the city, as they stand or east for north."""
    step = max(1, len(x) // SAMPLE)
    code, swapped = "projected", ""
    fitting = projections(x[::step], y[::step], box, shapes)
    if not fitting:
        fitting = projections(y[::step], x[::step], box, shapes)
        code, swapped = "projected_swapped", "once lon and lat are swapped (lon is always east), "
    if not fitting:
        return [Hint("projected", "the coordinates are no degrees, and no projected system of this area puts them into the city; "
                     "ask the file's owner for its EPSG code", "crs: EPSG:…")]
    epsg, name, share, _ = fitting[0]
    away = [f"{other} ({metres:,.0f} m away)" for other, _, _, metres in fitting[1:4]]
    others = f"; so does {', '.join(away)}: compare one known place" if away else ""
    return [Hint(code, f"{swapped}the coordinates look like {epsg} ({name}), which puts {share:.0%} of the points into the city"
                 f"{others}", f"{'swap the columns of lon and lat; ' if swapped else ''}crs: {epsg}")]


def projections(x: Degrees, y: Degrees, box: Box, shapes: tuple[str, ...]) -> list[tuple[str, str, float, float]]:
    """The systems that put most points into the box: that of the city's shapes, today's, and the most local first.

    Returns: code, name, share of the points inside, and how many metres it puts them from where the first does.
    """
    found: list[tuple[str, str, float, Degrees]] = []
    own = [(code, known(code).name) for code in shapes if known(code).is_projected]
    for code, name in (*own, *candidates(box)):
        share = float(box.holds(*roughly(code, x, y)).mean())
        if share < ENOUGH:
            continue
        middle = exactly(code, np.median(x), np.median(y))
        same = [at for at, one in enumerate(found) if np.hypot(*(middle - one[3])) * METRES < ALIKE_M]
        if not same:
            found.append((code, name, share, middle))
        elif found[same[0]][0] not in shapes and plainer(name, found[same[0]][1]):
            found[same[0]] = (code, name, share, middle)
    ranked = sorted(found, key=lambda one: (one[0] not in shapes, -round(one[2], 1)))
    return [(code, name, share, float(np.hypot(*(middle - ranked[0][3])) * METRES)) for code, name, share, middle in ranked]


def plainer(name: str, other: str) -> bool:
    """Whether, of two systems that agree, this is the one that others are variants of: theirs have more to say in their names."""
    return name.startswith(TODAY) and len(name) < len(other)


@lru_cache(maxsize=8)
def candidates(box: Box) -> tuple[tuple[str, str], ...]:
    """The projected systems of the area: today's before older ones, then those of the smallest area first."""
    area = AreaOfInterest(box.west, box.south, box.east, box.north)
    systems = query_crs_info(auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS], area_of_interest=area, contains=False)
    return tuple((f"EPSG:{info.code}", info.name) for info in sorted(systems, key=unlikeliness) if not info.deprecated)


def unlikeliness(info: CRSInfo) -> tuple[bool, float, int, int]:
    """What sorts systems: those that files come in today, the most local ones, the oldest number."""
    use = info.area_of_use
    size = (use.east - use.west) % 360 * (use.north - use.south) if use is not None else 0.0
    return not info.name.startswith(TODAY), round(size, 1), info.code != WEB, int(info.code)


def roughly(code: str, x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """The points in the system's own degrees, some hundred metres from WGS 84 at most; infinite where they cannot be."""
    try:
        lon, lat = Proj(CRS(code))(x, y, inverse=True, errcheck=False)
    except ProjError:
        return np.full(len(x), np.inf), np.full(len(y), np.inf)
    return lon, lat


def exactly(code: str, x: float, y: float) -> Degrees:
    """A point in WGS 84."""
    return np.array(Transformer.from_crs(CRS(code), CRS.from_epsg(4326), always_xy=True).transform(x, y))


def of_datum(lon: Degrees, lat: Degrees, fits: Callable[[Degrees, Degrees], NDArray[np.bool_]]) -> list[Hint]:
    """Whether the points agree better with what is known of them (`fits`) once they are taken for GCJ-02 or BD-09.

    Numbers alone do not tell: all three datums look alike, some hundred metres apart.
    """
    there = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[there], lat[there]
    if len(lon) < FEWEST or not in_china(lon, lat):
        return []
    agreeing = {datum: int(fits(*to_wgs84(lon, lat, datum)).sum()) for datum in ("wgs84", "gcj02", "bd09")}
    best = max(agreeing, key=lambda datum: (agreeing[datum], datum == "wgs84"))
    if agreeing[best] - agreeing["wgs84"] >= max(FEWEST, MARKED * len(lon)):
        name = {"gcj02": "GCJ-02 (Gaode, Tencent)", "bd09": "BD-09 (Baidu)"}[best]
        return [Hint("datum", f"the points look like {name}: so taken, {agreeing[best]:,} of {len(lon):,} lie where they should, "
                     f"as WGS 84 only {agreeing['wgs84']:,}", f"datum: {best}")]
    return [Hint("datum_unsaid", "coordinates from Chinese map services are GCJ-02 or BD-09, some hundred metres off WGS 84; "
                 "these numbers do not tell which they are: compare one known place with the map", "datum: wgs84")]


def of_unseen(lon: Degrees, lat: Degrees) -> list[Hint]:
    """Points in China of a city that has no shapes: nothing tells their datum, but an eye can."""
    there = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(there) or not in_china(lon[there], lat[there]):
        return []
    first = int(there[0])
    return [Hint("datum_unseen", "no region is drawn, so it cannot be told whether these are WGS 84, GCJ-02 (Gaode, Tencent) or "
                 f"BD-09 (Baidu), some hundred metres apart: look the first, {lat[first]:.6f}, {lon[first]:.6f}, up on a map of "
                 "each and see on which it lies where it should", "datum: gcj02 or bd09, if it is one of them")]


def in_china(lon: Degrees, lat: Degrees) -> bool:
    """Whether the middle of the points lies where maps may be shifted."""
    return bool(73 < np.median(lon) < 136 and 17 < np.median(lat) < 54)


def of_times(name: str, texts: pa.StringArray, zone: ZoneInfo) -> list[Hint]:
    """Times that name no zone."""
    there = texts.drop_null()
    if not len(there):
        return []
    zoned = pc.match_substring_regex(there, r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$").to_numpy(zero_copy_only=False)
    if zoned.mean() > 0.5:
        return []
    return [Hint("no_zone", f"the times in {name} name no zone; they are taken as {zone.key}", f"zone: {zone.key}")]


def of_codes(name: str, texts: pa.StringArray, known: Iterable[str] | None = None) -> list[Hint]:
    """Codes that seem to have lost their leading zeros, as sheets do with them; `known` are the codes that there should be."""
    distinct = pc.unique(texts.drop_null()).to_pylist()
    digits = [text for text in distinct if text.isdigit()]
    if not digits or len(digits) < 0.9 * len(distinct):
        return []
    codes = set() if known is None else set(known)
    if codes:
        for width in sorted({len(code) for code in codes}):
            mended = sum(text not in codes and text.zfill(width) in codes for text in digits)
            if mended >= max(1, COMMON * len(digits)):
                return [Hint("zeros_lost", f"{mended} of {len(digits)} codes in {name} are known once they are filled up with "
                             f"zeros to {width} digits", f"pad: {width}")]
        return []
    lengths = np.array([len(text) for text in digits])
    width = int(lengths.max())
    short = lengths < width
    leading = any(text.startswith("0") for text in digits)
    if width >= 4 and 0 < short.mean() < 0.5 and (lengths >= width - 2).all() and not leading:
        return [Hint("zeros_lost", f"{int(short.sum())} of {len(digits)} codes in {name} are shorter than the others' {width} "
                     "digits and none begins with 0: they may have lost leading zeros", f"pad: {width}")]
    return []


def of_cut(name: str, texts: pa.StringArray) -> list[Hint]:
    """Codes that a spreadsheet cut to their first digits."""
    lost = int(cut(texts).sum())
    if not lost:
        return []
    return [Hint("cut", f"{lost:,} cells in {name} are codes that a spreadsheet cut to their first digits (like 5.61E+10): they "
                 "are lost in this file; make the column text in the sheet, or widen it, and export it again")]
