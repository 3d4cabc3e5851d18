"""A first mapping for a file nobody has described: by what its columns are called and by what stands in them.

Every guess says how sure it is and why; what could as well be something else says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from geo.strays import Box
from ingest.mapping import flags
from ingest.mapping.choices import table
from ingest.mapping.faults import Faults
from ingest.mapping.hints import CityAround, of_places
from ingest.mapping.looks import Looks, looked_at
from ingest.mapping.regions import RegionIndex
from ingest.mapping.series import keys, series
from ingest.mapping.signs import spoken
from ingest.mapping.spec import STEPS
from ingest.mapping.values import Reading
from ingest.mapping.vocabulary import WHOLE, likeness
from ingest.rows import FIELDS, Field

TOLD_OF_OTHERS = ("steps", "warning_ends")   # rows that say more of what another table has
ONLY_CALLED = ("agencies",)      # codes and names may be anything's: only what names say makes them these
UNSURE = 0.35     # the least that is proposed
LIKELY = 0.6      # how sure a coordinate system is that puts points into the city
WORD = 0.6        # how sure it is who has a case by a column that says not since when
WIDE = 0.8        # how sure columns are that name what they measure
OPTIONAL, LACKING = 0.5, 0.8   # what a field that may be left out is worth, and what one that must be there costs
CONSTANT, MADE_UP = frozenset(("channel", "kind", "interval_s", "industry", "status")), 0.25   # often the same for a whole file
HOUR = re.compile(r"^(?P<start>[Hh]?)(?P<hour>[01]?\d|2[0-4])(?P<end>时|点|h|H|:00|)$")
FEWEST_HOURS = 12
CLOCK = r"^(?:[01]?\d|2[0-4])(?:[:hH]|时)[0-5]\d(?:[:m分][0-5]?\d?秒?)?$"
ALONE = 0.9      # of the cells differ in a column that tells rows apart
TELLING, LONGEST_ID = 10, 60   # cells that all differ by no accident, and letters of an identity
RUNNING, CALLED_UP = 0.6, 0.1   # a sheet's own numbering is a poor identity, a telephone's number none
BLANK = {"title": "–"}        # what stands for a text that must be there and is often left empty
PLACES = ("lon", "lat", "point", "geometry", "region")
WAYS = ({"lon", "lat"}, {"point"}, {"geometry"})   # of giving coordinates
DATUMS = (("bd09", re.compile("百度|baidu|bd-?09|(?<![a-z])bd(?![a-z])", re.IGNORECASE)),
          ("gcj02", re.compile("高德|腾讯|火星|amap|gcj", re.IGNORECASE)))
STEP_NAMES = tuple(name for name in STEPS if name in ("registered", "dispatched", "disposed", "verified", "closed"))


@dataclass(frozen=True)
class Guessed:
    """One field: where it seems to come from (as YAML has it), how sure that is, and why."""

    field: str
    value: str | dict[str, Any]
    confidence: float
    reason: str


@dataclass(frozen=True)
class Guess:
    """A whole mapping for a subject; `missing` are fields that must be there and were not found, `unused` are columns."""

    subject: str
    fields: tuple[Guessed, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]

    def mapping(self) -> dict[str, Any]:
        """The mapping as YAML has it."""
        columns: dict[str, Any] = {}
        place: dict[str, Any] = {}
        steps: dict[str, Any] = {}
        long: dict[str, Any] = {}
        for one in self.fields:
            kind, _, step = one.field.partition(":")
            if kind == "long":
                long = dict(one.value) if isinstance(one.value, dict) else {}
            elif kind == "point" and isinstance(one.value, dict):
                place |= {"point": one.value["column"], "order": one.value["order"]}
            else:
                (steps if step else place if kind in (*PLACES, "crs", "datum") else columns)[step or kind] = one.value
        parts = {"columns": columns, "place": place, "steps": steps, "long": long}
        return {name: part for name, part in parts.items() if part}

    def said(self, field: str) -> tuple[str, ...]:
        """What the mapping itself says a field can be: a constant, a table's entries, what a wide table's columns are."""
        made = self.mapping()
        value, long = made.get("columns", {}).get(field), made.get("long", {})
        if isinstance(value, dict):
            return tuple(dict.fromkeys(value.get("table", {}).values())) or ((str(value["value"]),) if "value" in value else ())
        return tuple(long["columns"]) if field == long.get("by", "property") and "columns" in long else ()

    def made_up(self, name: str) -> bool:
        """Whether a field that was not found can be said once for the whole file."""
        return name in CONSTANT or (self.subject == "agencies" and name in ("name_en", "region"))

    def score(self) -> float:
        """How well the subject fits the file: how much of it was found and how surely, less what it lacks."""
        needed = {field.name for field in FIELDS[self.subject] if field.required} | {"long"}
        found = sum(one.confidence * (1.0 if one.field in needed else OPTIONAL) for one in self.fields)
        return found - sum(MADE_UP if self.made_up(name) else LACKING for name in self.missing)


def guess(frame: pd.DataFrame, subject: str, city: CityAround) -> Guess:
    """Guess the mapping of a sample of a table."""
    looks = looked_at(frame, city)
    made = guessed(looks, subject, city)
    return replace(made, fields=with_datum(in_system(made.fields, looks, city)))


def guessed(looks: list[Looks], subject: str, city: CityAround) -> Guess:
    """Guess the mapping of columns that were looked at."""
    made = contest(looks, subject, city)
    made = handed(told_apart(own(made, looks, subject), looks, subject), looks, subject)
    made = with_clock(made, looks)
    across, spent = widely(looks, {one.field for one in made}) if subject == "observations" else ([], set[str]())
    if subject == "observations" and not across:
        made, spent = by_hours(made, looks)
    if across:
        made = [one for one in made if column_of(one) not in spent and one.field not in {"value", "property"}] + across
        made = at_some_time(made, looks)
    found = {one.field for one in made} | ({"value", "property"} if across else {"value"} if spent else set())
    if across and "(?P<device>" in str(across[-1].value):
        found.add("device")
        made = [one for one in made if one.field != "device"]
    missing = [field.name for field in FIELDS[subject] if field.required and field.name not in found]
    if "geometry" in found:
        missing = [name for name in missing if name != "footprint"]
    if subject in ("cases", "devices", "messages", "enterprises") and not found & {"lon", "point", "geometry", "region"}:
        missing.append("place")
    used = {column for one in made for column in columns_of(one)} | spent
    return Guess(subject, tuple(made), tuple(missing), tuple(one.name for one in looks if one.name not in used))


def told_apart(made: list[Guessed], looks: list[Looks], subject: str) -> list[Guessed]:
    """The guesses, with the first column whose short texts all differ as what tells rows apart, where none is called so."""
    name = next((field.name for field in FIELDS[subject] if field.name in ("id", "code")), None)
    if name is None or any(one.field == name for one in made):
        return made
    used = {column_of(one) for one in made}
    telling = next((one for one in looks if one.name not in used and tells(one)), None)
    if telling is None:
        return made
    return [Guessed(name, telling.name, UNSURE, f"nothing is called so, but all cells of {telling.name} differ"), *made]


def own(made: list[Guessed], looks: list[Looks], subject: str) -> list[Guessed]:
    """The guesses of messages, with a number of cases that hardly any rows share as their own, where they have no other."""
    found = {one.field: one for one in made}
    case = found.get("case")
    if subject != "messages" or case is None or "id" in found:
        return made
    alone = any(one.name == column_of(case) and one.distinct > ALONE for one in looks)
    return [replace(one, field="id") if one is case else one for one in made] if alone else made


def tells(one: Looks) -> bool:
    """Whether a column tells rows apart: short texts or whole numbers, in every row another one."""
    fractions = one.numeric > 0.5 and bool(np.mod(one.numbers, 1).any())
    return (len(one.texts) >= TELLING and one.filled == one.distinct == 1.0 and one.longest <= LONGEST_ID
            and one.timely < 0.5 and not fractions and worth(one) > CALLED_UP)


def column_of(one: Guessed) -> str | None:
    """The column that a guess takes."""
    return one.value if isinstance(one.value, str) else one.value.get("column")


def columns_of(one: Guessed) -> tuple[str | None, ...]:
    """The columns that a guess takes: its own, and those of a step's agency, of a day and a time of day."""
    more = () if isinstance(one.value, str) else (one.value.get(part) for part in ("agency", "date", "time"))
    return (column_of(one), *more)


def handed(made: list[Guessed], looks: list[Looks], subject: str) -> list[Guessed]:
    """The guesses of cases, with the agency that a column names: it has the case from the dispatch on, else from the report."""
    used = {column_of(one) for one in made}
    offered = [(likeness("agency", one.name), one.name) for one in looks
               if one.name not in used and one.distinct < 0.5 and one.numeric < 0.5 and one.timely < 0.5]
    alike, agency = max(offered, default=(0.0, ""))
    found = {one.field: one for one in made}
    if subject != "cases" or alike < UNSURE or not found.keys() & {"step:dispatched", "reported_at"}:
        return made
    step = found.get("step:dispatched")
    if step is not None:
        return [replace(step, value={**with_column(step), "agency": agency}) if one is step else one for one in made]
    reported = found["reported_at"]
    reason = f"{agency} names who has the case, and no column since when: taken from its report on"
    return [*made, Guessed("step:reported", {**with_column(reported), "agency": agency}, WORD, reason)]


def with_column(one: Guessed) -> dict[str, Any]:
    """A value as a mapping of its parts."""
    return {"column": one.value} if isinstance(one.value, str) else dict(one.value)


def widely(looks: list[Looks], found: set[str]) -> tuple[list[Guessed], set[str]]:
    """What columns of numbers mean that are a series each, and which they are; nothing where one column holds all values."""
    if {"value", "property"} <= found:
        return [], set()
    numeric = [one for one in looks if one.numeric > 0.8 and len(one.texts)]
    made = series([one.name for one in numeric], [one.reading for one in numeric])
    if made is None:
        return [], set()
    reason = f"{len(made.columns)} columns such as {made.columns[0]} hold numbers and name what is measured"
    quantity = [Guessed("property", made.property, WIDE, reason)] if made.property is not None else []
    return [*quantity, Guessed("long", made.long, WIDE, reason)], set(made.columns)


def by_hours(made: list[Guessed], looks: list[Looks]) -> tuple[list[Guessed], set[str]]:
    """The guesses of a table with a day a row and a column an hour, and those columns; unchanged where it has none."""
    named = [(one, hour) for one in looks if one.numeric > 0.5 and (hour := HOUR.match(one.name.strip())) is not None]
    day = next((one for one in made if one.field == "observed_at"), None)
    ends = {hour["end"] for _, hour in named}
    if len(named) < FEWEST_HOURS or day is None or len(ends) != 1:
        return made, set()
    end = ends.pop()
    reading = next((one.reading for one, _ in named if one.reading), {})
    pattern = rf"^{'[Hh]' if named[0][1]['start'] else ''}(?P<hour>\d{{1,2}}){re.escape(end)}$"
    reason = f"{len(named)} columns such as {named[0][0].name} hold a value for each hour of {column_of(day)}"
    when = {"date": column_of(day), **{part: value for part, value in with_column(day).items() if part != "column"},
            "time": "@hour", "time_format": "%H"}
    rest = [one for one in made if one.field != "observed_at" and column_of(one) not in {one.name for one, _ in named}]
    long = {"pattern": pattern, **({"value": reading} if reading else {})}
    return ([*rest, Guessed("observed_at", when, WIDE, reason), Guessed("long", long, WIDE, reason)],
            {one.name for one, _ in named} | {column_of(day) or ""})


def with_clock(made: list[Guessed], looks: list[Looks]) -> list[Guessed]:
    """The guesses, where a time has days alone and the column next to it the time of day: both together."""
    used = {column_of(one) for one in made}
    names = [one.name for one in looks]
    done = []
    for one in made:
        column = column_of(one)
        at = names.index(column) + 1 if column in names and one.field.endswith("_at") else len(names)
        after = looks[at] if at < len(names) else None
        if after is None or after.name in used or not clock(after) or not days(looks[at - 1]):
            done.append(one)
            continue
        parts = {part: value for part, value in with_column(one).items() if part != "column"}
        value = {"date": column, **parts, "time": after.name}
        done.append(replace(one, value=value, reason=f"{one.reason}; {after.name} has the time of day"))
    return done


def clock(one: Looks) -> bool:
    """Whether a column holds times of day."""
    return len(one.texts) > 0 and pc.mean(pc.match_substring_regex(one.texts, CLOCK)).as_py() > 0.9


def days(one: Looks) -> bool:
    """Whether a column holds days without a time."""
    return one.timely > 0.5 and not pc.any(pc.match_substring_regex(one.texts, r"\d:\d|T\d")).as_py()


def at_some_time(made: list[Guessed], looks: list[Looks]) -> list[Guessed]:
    """The guesses of a wide table, with the only column of times where none bears a name that tells it."""
    timely = [one for one in looks if one.timely > 0.9]
    if any(one.field == "observed_at" for one in made) or len(timely) != 1:
        return made
    guessed = of_time("observed_at", timely[0], WIDE)
    return [guessed, *made] if guessed is not None else made


def in_system(made: tuple[Guessed, ...], looks: list[Looks], city: CityAround) -> tuple[Guessed, ...]:
    """The guesses, with the coordinate system of lon and lat that are no degrees, where one puts them into the city; where
    it does so once they are swapped, as surveyors write north before east, they are."""
    found = {one.field: column_of(one) for one in made}
    axes = [next((one.numbers for one in looks if one.name == found.get(name)), None) for name in ("lon", "lat")]
    if city.box is None or city.crs is not None or axes[0] is None or axes[1] is None:
        return made
    hint = next((one for one in of_places(axes[0], axes[1], city) if one.code in ("projected", "projected_swapped")), None)
    crs = (hint.yaml or "").rpartition("crs: ")[2] if hint else ""
    if hint is None or not crs[-1:].isdigit():
        return made
    if hint.code == "projected_swapped":
        other = {"lon": "lat", "lat": "lon"}
        made = tuple(replace(one, field=other.get(one.field, one.field), reason=hint.text) if one.field in other else one
                     for one in made)
    return (*made, Guessed("crs", crs, LIKELY, hint.text))


def with_datum(made: tuple[Guessed, ...]) -> tuple[Guessed, ...]:
    """The guesses, with the datum that the columns of the coordinates name, as exports of map services do."""
    names = [column for one in made if one.field in ("lon", "lat", "point") and (column := column_of(one)) is not None]
    told = next((datum for datum, word in DATUMS if names and all(word.search(name) for name in names)), None)
    return made if told is None else (*made, Guessed("datum", told, WIDE, f"{names[0]} says so"))


def subjects(frame: pd.DataFrame, city: CityAround, called: str = "") -> list[tuple[str, float]]:
    """Which subjects the table could be of, the likeliest first; `called` is how file and sheet are."""
    looks = looked_at(frame, city)
    names = [one.name for one in looks]
    speaks = {subject: spoken(subject, called, names) for subject in FIELDS if subject not in TOLD_OF_OTHERS}
    scored = [(subject, guessed(looks, subject, city).score() + worth) for subject, worth in speaks.items()
              if worth or subject not in ONLY_CALLED]
    return sorted(scored, key=lambda one: -one[1])


def contest(looks: list[Looks], subject: str, city: CityAround) -> list[Guessed]:
    """The fields that were found, in the subject's order; a column goes to the field that it fits best."""
    taken: dict[str, Guessed] = {}
    used: set[str] = set()
    offered = [(guessed, one.name) for one in looks for guessed in offers(one, subject, city) if guessed.confidence >= UNSURE]
    for guessed, column in sorted(offered, key=lambda offer: -offer[0].confidence):
        if column not in used and guessed.field not in taken and not clashes(guessed.field, set(taken)):
            taken[guessed.field] = guessed
            used.add(column)
    half = {"lon", "lat"} & set(taken)
    if len(half) == 1:
        del taken[half.pop()]
    order = [*(field.name for field in FIELDS[subject]), *PLACES, *(f"step:{name}" for name in STEP_NAMES)]
    return sorted(taken.values(), key=lambda guessed: order.index(guessed.field))


def offers(one: Looks, subject: str, city: CityAround) -> Iterator[Guessed]:
    """Every field that a column could be."""
    names = {field.name for field in FIELDS[subject]}
    found: list[Guessed | None] = [of_field(field, one) for field in FIELDS[subject] if field.name not in (*PLACES, "steps")]
    if "steps" in names:
        found += [of_step(name, one) for name in STEP_NAMES]
    if "lon" in names:
        found += [of_axis("lon", one, city.box), of_axis("lat", one, city.box), of_point(one), of_geometry(one)]
    if "region" in names:
        found.append(of_region(one, city.regions))
    yield from (guessed for guessed in found if guessed is not None)


def clashes(name: str, taken: set[str]) -> bool:
    """Whether coordinates come another way already."""
    mine = next((way for way in WAYS if name in way), None)
    return mine is not None and any(way & taken for way in WAYS if way is not mine)


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
        sure = alike * one.distinct * worth(one)
        return Guessed(field.name, one.name, round(sure, 2), f"{called}; {one.distinct:.0%} of its cells differ")
    if field.allowed or field.name in ("class", "channel", "kind", "industry", "topic", "property"):
        few = 1.0 if one.distinct < 0.5 or len(one.texts) < 20 else 0.5
        different = pc.unique(one.texts).to_pylist()
        chosen = table(field, different) if field.allowed else keys(different) if field.name == "property" else {}
        return Guessed(field.name, {"column": one.name, "table": chosen} if chosen else one.name, round(alike * few, 2),
                       f"{called}; it holds {len(different)} different texts")
    if one.timely > 0.9 and field.kind == "text":
        return None
    longest = 1.0 if one.longest <= field.longest else 0.5
    limits: dict[str, Any] = {} if one.longest <= field.longest else {"cut": field.longest}
    if field.name in BLANK and one.filled < 1.0:
        limits["default"] = BLANK[field.name]
    value = {"column": one.name, **limits} if limits else one.name
    return Guessed(field.name, value, round(alike * longest, 2), called)


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


def of_point(one: Looks) -> Guessed | None:
    """Both coordinates from one column."""
    if not len(one.texts):
        return None
    shapes = float(np.mean(pc.match_substring_regex(one.texts, POINT).to_numpy(zero_copy_only=False)))
    pairs = float(np.mean(pc.match_substring_regex(one.texts, PAIR).to_numpy(zero_copy_only=False)))
    if shapes > 0.5:
        return Guessed("point", one.name, round(0.85 * shapes, 2), f"{shapes:.0%} of the cells in {one.name} are points")
    if pairs > 0.5:
        first = [abs(float(text.strip("[( ").replace(";", ",").replace(" ", ",").split(",")[0])) for text in one.texts.to_pylist()
                 if text.strip("[( ")[:1] in "-0123456789"]
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
        known = float(np.mean([isinstance(regions.find(text, by_name), str) for text in distinct]))
        if known > 0.5:
            return Guessed("region", {"column": one.name, "by": by}, round(min(0.9, 0.5 + alike * 0.4) * known, 2),
                           f"{known:.0%} of the different cells in {one.name} are the {by} of a region")
    return None
