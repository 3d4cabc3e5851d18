"""What a single column could be, by what it is called and by what stands in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from geo.strays import Box
from ingest.mapping import flags
from ingest.mapping.choices import fits, table
from ingest.mapping.faults import Faults
from ingest.mapping.hints import CityAround
from ingest.mapping.looks import FIGURES, Looks
from ingest.mapping.moments import BUDDHIST
from ingest.mapping.regions import RegionIndex
from ingest.mapping.series import keys
from ingest.mapping.spec import STEPS
from ingest.mapping.values import Reading
from ingest.mapping.vocabulary import WHOLE, likeness
from ingest.rows import FIELDS, Field

UNSURE = 0.35     # the least that is proposed
WORD = 0.6        # how sure it is who has a case by a column that says not since when
RUNNING, CALLED_UP = 0.6, 0.1   # a sheet's own numbering is a poor identity, a telephone's number none
TELLING, REPEATED = 0.95, 0.3   # of the cells differ in an identity, which rows of one would overwrite; else it is worth so much
BUDDHIST_YEARS, REPUBLIC_YEARS = (2480, 2680), (1, 200)     # years that data can be of by these calendars and not by ours
REPUBLIC = 1911                 # years that Taiwan's calendar lies behind
BLANK = {"title": "–"}        # what stands for a text that must be there and is often left empty
PLACES = ("lon", "lat", "point", "geometry", "region")
STEP_NAMES = tuple(name for name in STEPS if name in ("registered", "dispatched", "disposed", "verified", "closed"))


@dataclass(frozen=True)
class Guessed:
    """One field: where it seems to come from (as YAML has it), how sure that is, and why."""

    field: str
    value: str | dict[str, Any]
    confidence: float
    reason: str


def offers(one: Looks, subject: str, city: CityAround) -> Iterator[Guessed]:
    """Every field that a column could be."""
    names = {field.name for field in FIELDS[subject]}
    found: list[Guessed | None] = [of_field(field, one) for field in FIELDS[subject] if field.name not in (*PLACES, "steps")]
    found = [in_our_era(guessed, one, city) if guessed is not None and guessed.field == "period" else guessed
             for guessed in found]
    if "steps" in names:
        found += [of_step(name, one) for name in STEP_NAMES]
    if "lon" in names:
        found += [of_axis("lon", one, city.box), of_axis("lat", one, city.box), of_point(one), of_geometry(one)]
    if "region" in names:
        found.append(of_region(one, city.regions))
    yield from (guessed for guessed in found if guessed is not None)


def of_field(field: Field, one: Looks) -> Guessed | None:
    """A field from a column, by its name and by its cells."""
    alike = likeness(field.name, one.name)
    if not alike or not len(one.texts):
        return None
    called = f"the column is called {one.name}"
    if field.kind == "time":
        return of_time(field.name, one, alike * (one.filled if field.required else 1.0))
    if field.kind in ("number", "whole"):
        if one.numeric < 0.5:
            return of_words(field, one, called)
        value = {"column": one.name, **one.reading} if one.reading else one.name
        return Guessed(field.name, value, round(alike * one.numeric, 2), f"{called}; {one.numeric:.0%} of its cells are numbers")
    if field.kind == "flag" and any(flag is None for flag in flags.parsed(one.texts, Reading(), Faults("", one.texts))):
        return None
    if field.name in ("id", "code"):
        sure = alike * one.distinct * worth(one) * (REPEATED if field.name == "id" and one.distinct < TELLING else 1.0)
        return Guessed(field.name, one.name, round(sure, 2), f"{called}; {one.distinct:.0%} of its cells differ")
    if field.allowed or field.name in ("class", "channel", "kind", "industry", "topic", "property"):
        few = 1.0 if one.distinct < 0.5 or len(one.texts) < 20 else 0.5
        different = pc.unique(one.texts).to_pylist()
        if field.allowed and not fits(field, different):
            return None
        chosen = table(field, different) if field.allowed else keys(different) if field.name == "property" else {}
        return Guessed(field.name, {"column": one.name, "table": chosen} if chosen else one.name, round(alike * few, 2),
                       f"{called}; it holds {len(different)} different texts")
    if one.timely > 0.9 and field.kind == "text" and one.format not in FIGURES:   # a code may look like seconds since 1970
        return None
    longest = 1.0 if one.longest <= field.longest else 0.5
    limits: dict[str, Any] = {} if one.longest <= field.longest else {"cut": field.longest}
    if field.name in BLANK and one.filled < 1.0:
        limits["default"] = BLANK[field.name]
    value = {"column": one.name, **limits} if limits else one.name
    return Guessed(field.name, value, round(alike * longest, 2), called)


def in_our_era(guessed: Guessed, one: Looks, city: CityAround) -> Guessed:
    """The years of a column; where Thailand's or Taiwan's calendar counts them, with a table of them and of ours."""
    years = {text: int(text) for text in pc.unique(one.texts).to_pylist() if text.isascii() and text.isdigit()}
    eras = ((BUDDHIST_YEARS, BUDDHIST), *(((REPUBLIC_YEARS, -REPUBLIC),) if city.zone.key == "Asia/Taipei" else ()))
    for (least, most), ahead in eras:
        if years and all(least <= year <= most for year in years.values()):
            table = {text: str(year - ahead) for text, year in sorted(years.items())}
            return replace(guessed, value={"column": one.name, "table": table},
                           reason=f"{guessed.reason}; its years are those of another calendar")
    return guessed


def of_words(field: Field, one: Looks, called: str) -> Guessed | None:
    """A number from a column of words that stand for one, as satisfaction is told."""
    distinct = pc.unique(one.texts).to_pylist()
    chosen = table(field, distinct)
    if len(chosen) < len(distinct):
        return None
    reason = f"{called}; which figure each of its words is worth is yours to say"
    return Guessed(field.name, {"column": one.name, "table": chosen}, WORD, reason)


def worth(one: Looks) -> float:
    """How good an identity a column can be, by what it is called."""
    return CALLED_UP if likeness("telephone", one.name) else RUNNING if likeness("running", one.name) >= WHOLE else 1.0


def of_time(name: str, one: Looks, alike: float) -> Guessed | None:
    """A time from a column."""
    if one.format is None:
        return None
    formats = [written for written in (one.format, one.also) if written is not None]
    said = formats if one.also is not None else one.format
    value: str | dict[str, Any] = one.name if one.format == "iso" and one.also is None else {"column": one.name, "format": said}
    reason = f"the column is called {one.name}; {one.timely:.0%} of its cells are times written {' or '.join(formats)}"
    if one.twin:
        return Guessed(name, value, round(min(alike * one.timely, UNSURE + 0.1), 2),
                       f"{reason}, but no cell tells whether the day or the month comes first")
    if one.format in ("epoch_s", "epoch_ms", "excel"):
        return Guessed(name, value, round(alike * one.timely * 0.8, 2), reason)
    return Guessed(name, value, round(alike * one.timely, 2), reason)


def of_step(name: str, one: Looks) -> Guessed | None:
    """A step of a case from the column of its date."""
    alike = likeness(name, one.name)
    return of_time(f"step:{name}", one, alike) if alike and one.format not in (None, "excel") else None


def of_axis(name: str, one: Looks, box: Box | None) -> Guessed | None:
    """Longitude or latitude from a column."""
    alike = likeness(name, one.name)
    if not alike or one.numeric < 0.5:
        return None
    values = one.numbers[np.isfinite(one.numbers)]
    reason = f"the column is called {one.name}"
    if box is not None and len(values):
        low, high = (box.west, box.east) if name == "lon" else (box.south, box.north)
        inside = float(((values >= low) & (values <= high)).mean())
        if inside > 0.5:
            alike = min(1.0, alike + 0.1)
            reason += f"; {inside:.0%} of its numbers lie in the city"
        elif np.abs(values).max() <= 180:
            alike *= 0.8
            reason += "; but few of its numbers lie in the city"
        else:
            alike *= 0.7
            reason += "; its numbers are no degrees"
    value = {"column": one.name, **one.reading} if one.reading else one.name
    return Guessed(name, value, round(alike * one.numeric, 2), reason)


POINT = r"^(?i:SRID=\d+;)?\s*(?i:POINT)\s*\(|^\s*\{.*coordinates|^0[01]0[0-9A-Fa-f]{8,}$"
PAIR = r"^[\[(]?\s*-?\d{1,3}\.\d+\s*[,; ]\s*-?\d{1,3}\.\d+\s*[\])]?$"
FIRST = re.compile(r"[\[(]?\s*(-?[0-9]{1,3}\.[0-9]+)\s*[,; ]")


def of_point(one: Looks) -> Guessed | None:
    """Both coordinates from one column."""
    if not len(one.texts):
        return None
    shapes = float(np.mean(pc.match_substring_regex(one.texts, POINT).to_numpy(zero_copy_only=False)))
    pairs = float(np.mean(pc.match_substring_regex(one.texts, PAIR).to_numpy(zero_copy_only=False)))
    if shapes > 0.5:
        return Guessed("point", one.name, round(0.85 * shapes, 2), f"{shapes:.0%} of the cells in {one.name} are points")
    if pairs > 0.5:
        first = [abs(float(found[1])) for text in one.texts.to_pylist() if (found := FIRST.match(text))]
        order = "lon_lat" if first and max(first) > 90 else "lat_lon"
        sure = 0.85 if first and max(first) > 90 else 0.6
        return Guessed("point", {"column": one.name, "order": order}, round(sure * pairs, 2),
                       f"{pairs:.0%} of the cells in {one.name} are pairs of numbers")
    return None


def of_geometry(one: Looks) -> Guessed | None:
    """The shapes that the file brings."""
    return Guessed("geometry", "geometry", 0.95, "the file holds geometries") if one.name == "geometry" else None


def of_region(one: Looks, regions: RegionIndex | None) -> Guessed | None:
    """A region from a column of codes or names."""
    alike = likeness("region", one.name)
    if regions is None or not len(one.texts):
        return Guessed("region", {"column": one.name, "by": "name"}, round(alike * 0.5, 2), f"the column is called {one.name}") \
            if alike else None
    distinct = pc.unique(one.texts).to_pylist()[:200]
    for by, by_name in (("code", False), ("name", True)):
        found = [regions.find(text, by_name) for text in distinct]
        known = float(np.mean([isinstance(region, str) for region in found]))
        if known > 0.5 and all(isinstance(region, str) and not regions.above.get(region) for region in found):
            return None         # the city itself says nothing of where in it
        if known > 0.5:
            return Guessed("region", {"column": one.name, "by": by}, round(min(0.9, 0.5 + alike * 0.4) * known, 2),
                           f"{known:.0%} of the different cells in {one.name} are the {by} of a region")
    return None
