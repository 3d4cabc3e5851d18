"""Tables of figures of regions, as censuses publish them: a column for each figure, or one for each year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import yaml

from ingest.mapping.languages import beside
from ingest.mapping.looks import FIGURES, Looks
from ingest.mapping.vocabulary import plain

FILE = Path(__file__).parent / "figures.yaml"
YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
AGES, CENSUS = ("age_65_plus", "age_under_18"), "census_population"     # shares of ages are of the census's population
FEWEST_YEARS = 2
MOSTLY = 0.7            # of the cells are numbers, when the others are signs of figures that are kept back
LONGEST = 80            # letters of a figure's key
NOT_ADDED = re.compile(     # figures of two regions that must not be added up, and numbers that are no figures of people
    r"median|medel|média|promedio|mean|average|avg|rate|share|ratio|percent|%|density|taxa|renda|ingreso|income|index|均|率|比|密度|占"
    r"|面积|área|(?<![a-z])(?:med|pct|inc|area|shape|perimeter|zip|phone)(?![a-z])|medinc|medage", re.IGNORECASE)
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
WITHHELD = re.compile(r"[xX*:†]|\*\*|\.\.\.?")      # what stands where a figure would tell of single people


@dataclass(frozen=True)
class Figures:
    """What the columns of figures mean, as YAML has it; `key` and `period` are None where the columns or nothing tell them."""

    long: dict[str, Any]
    key: str | None
    period: str | None
    columns: tuple[str, ...]
    known: bool         # whether any is a figure that the screen knows


@cache
def words() -> dict[str, str]:
    """What figures are called → their key."""
    read = beside(yaml.safe_load(FILE.read_text(encoding="utf-8")), "figures")
    return {plain(word): key for key, listed in read.items() for word in listed}


def known(name: str) -> str | None:
    """The key of the figure that a name speaks of, whatever year stands in it."""
    return words().get(plain(YEAR.sub(" ", name))) or words().get(plain(name))


def figures(looks: Sequence[Looks], called: str) -> Figures | None:
    """What columns of whole numbers tell of regions; `called` is how file and sheet are. None where no column does."""
    counts = [one for one in looks if counted(one)]
    dated = {one.name: year for one in counts if (year := year_of(one.name)) is not None}
    if len(dated) >= FEWEST_YEARS and 2 * len(dated) >= len(counts):
        return of_years([one for one in counts if one.name in dated], called)
    newest = max(dated.values(), default=None)
    kept = [one for one in counts if dated.get(one.name, newest) == newest]
    return of_columns(kept, newest or year_of(called)) if kept else None


def of_years(counts: Sequence[Looks], called: str) -> Figures | None:
    """One figure in a column for each year; None where the columns are not called alike."""
    around = {(plain(before), plain(after)) for one in counts for before, after in [YEAR.split(one.name, maxsplit=1)]}
    before, after = YEAR.split(counts[0].name, maxsplit=1)
    if len(around) > 1:
        return None
    reading = next((read for one in counts if (read := reading_of(one))), {})
    long = {"pattern": rf"^{re.escape(before)}(?P<period>\d{{4}}){re.escape(after)}$", **({"value": reading} if reading else {})}
    key = known(f"{before} {after}") or next((found for word in plain(called).split() if (found := known(word))), None)
    return Figures(long, key or "population", None, tuple(one.name for one in counts), key is not None)


def of_columns(counts: Sequence[Looks], period: str | None) -> Figures:
    """A figure in each column, called by the key that the screen knows, else as the column is."""
    columns: dict[str, Any] = {}
    for one in counts:
        key, reading = known(one.name), reading_of(one)
        name = key if key is not None and key not in columns else one.name[:LONGEST]
        columns[name] = {"column": one.name, **reading} if reading else one.name
    if "population" in columns and any(age in columns for age in AGES):
        columns[CENSUS] = columns["population"]
    return Figures({"by": "key", "columns": columns}, None, period, tuple(one.name for one in counts),
                   any(known(one.name) is not None for one in counts))


def year_of(name: str) -> str | None:
    """The year that a name holds, where it holds one alone."""
    found = YEAR.findall(name)
    return found[0] if len(found) == 1 else None


def counted(one: Looks) -> bool:
    """Whether a column counts something: whole numbers that may be added up."""
    dates = one.timely > MOSTLY and one.format not in FIGURES     # counts may be read as days of a spreadsheet's calendar
    if NOT_ADDED.search(one.name) or one.numeric < MOSTLY or dates:
        return False
    values = one.numbers[np.isfinite(one.numbers)]
    left = [text for text in pc.unique(one.texts).to_pylist() if not re.search(r"\d", text)]
    return bool((values >= 0).all()) and all(map(WITHHELD.fullmatch, left)) and (
        pointed(one) or not np.mod(values, 1).any())


def pointed(one: Looks) -> bool:
    """Whether points part the thousands of a column's figures, as in 12.345: whoever counts has no third decimal."""
    texts = [text for text in one.texts.to_pylist() if "." in text]
    return bool(texts) and all(map(THOUSANDS.fullmatch, texts))


def reading_of(one: Looks) -> dict[str, Any]:
    """How the figures of a column are read, the signs of those that are kept back as empty."""
    reading = {"decimal": ",", "thousands": "."} if pointed(one) else dict(one.reading)
    signs = sorted(text for text in pc.unique(one.texts).to_pylist() if WITHHELD.fullmatch(text))
    return {**reading, "also_empty": signs} if signs else reading
