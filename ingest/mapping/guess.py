"""A first mapping for a file nobody has described: by what its columns are called and by what stands in them.

Every guess says how sure it is and why; what could as well be something else says so.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from ingest.mapping.figures import figures
from ingest.mapping.hints import CityAround, of_places
from ingest.mapping.looks import Looks, looked_at
from ingest.mapping.offers import CALLED_UP, PLACES, STEP_NAMES, UNSURE, WORD, Guessed, of_time, offers, worth
from ingest.mapping.series import series
from ingest.mapping.signs import spoken
from ingest.mapping.vocabulary import likeness
from ingest.rows import FIELDS

TOLD_OF_OTHERS = ("steps", "warning_ends")   # rows that say more of what another table has
REGISTERS = ("agencies", "devices", "places")
OFTEN = 0.5      # of the rows name another device, at most, where devices send more than one reading
ONLY_CALLED = ("agencies", "vehicles")      # codes, names and times may be anything's: only what names say makes them these
LIKELY = 0.6      # how sure a coordinate system is that puts points into the city
WIDE = 0.8        # how sure columns are that name what they measure
OPTIONAL, LACKING = 0.5, 0.8   # what a field that may be left out is worth, and what one that must be there costs
CONSTANT, MADE_UP = frozenset(("channel", "kind", "interval_s", "industry", "status")), 0.25   # often the same for a whole file
HOUR = re.compile(r"^(?P<start>[Hh]?)(?P<hour>[01]?\d|2[0-4])(?P<end>时|点|h|H|:00|)$")
FEWEST_HOURS = 12
CLOCK = r"^(?:[01]?\d|2[0-4])(?:[:hH]|时)[0-5]\d(?:[:m分][0-5]?\d?秒?)?(?: ?[AaPp]\.?[Mm]\.?)?$"
HALF = r"[Mm]\.?$"     # the hours of a half day
REPEATED, KINDS = (2, 100), 0.3   # how many texts are classes of cases, and the share of rows that they may be at most
ALONE = 0.9      # of the cells differ in a column that tells rows apart
TELLING, LONGEST_ID = 10, 60   # cells that all differ by no accident, and letters of an identity
WAYS = ({"lon", "lat"}, {"point"}, {"geometry"})   # of giving coordinates
DATUMS = (("bd09", re.compile("百度|baidu|bd-?09|(?<![a-z])bd(?![a-z])", re.IGNORECASE)),
          ("gcj02", re.compile("高德|腾讯|火星|amap|gcj", re.IGNORECASE)))


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


def guess(frame: pd.DataFrame, subject: str, city: CityAround, called: str = "") -> Guess:
    """Guess the mapping of a sample of a table; `called` is how file and sheet are."""
    looks = looked_at(frame, city)
    made = guessed(looks, subject, city, called)
    return replace(made, fields=with_datum(in_system(concluded(made.fields), looks, city)))


def guessed(looks: list[Looks], subject: str, city: CityAround, called: str = "") -> Guess:
    """Guess the mapping of columns that were looked at."""
    made = contest(looks, subject, city)
    if subject == "statistics":
        return of_figures(made, looks, called)
    made = handed(told_apart(own(made, looks, subject), looks, subject), looks, subject)
    made = in_days(with_clock(finer(classed(made, looks, subject), looks), looks), looks)
    across, spent = widely(looks, {one.field: one for one in made}) if subject == "observations" else ([], set[str]())
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


def of_figures(made: list[Guessed], looks: list[Looks], called: str) -> Guess:
    """The mapping of figures of regions: those in a column for each figure or year, else those that a column of keys names."""
    found = {one.field: one for one in made}
    region, taken = found.get("region"), {column_of(found[name]) for name in ("region", "period") if name in found}
    told = None if {"key", "value"} <= found.keys() else figures(
        [one for one in looks if one.name not in taken and worth(one) == 1.0
         and max(likeness(name, one.name) for name in ("id", "code", "region")) < UNSURE], called)
    each = any(one.name in taken and one.distinct > ALONE for one in looks)
    if told is None or not (told.known or each):
        used = {column for one in made for column in columns_of(one)}
        return Guess("statistics", tuple(made), tuple(field.name for field in FIELDS["statistics"] if field.name not in found),
                     tuple(one.name for one in looks if one.name not in used))
    reason = f"{len(told.columns)} columns such as {told.columns[0]} hold whole numbers"
    fields = [] if region is None else [region]
    if told.key is not None:
        fields.append(Guessed("key", {"value": told.key}, WIDE if told.known else WORD, f"what {reason}"))
    by_year = "pattern" in told.long
    if not by_year and "period" in found:
        fields.append(found["period"])
    elif not by_year and told.period is not None:
        fields.append(Guessed("period", {"value": told.period}, WIDE, "the year that stands in the names"))
    fields.append(Guessed("long", told.long, WIDE if told.known else UNSURE, reason))
    there = {one.field for one in fields} | ({"period"} if by_year else {"key"}) | {"value"}
    used = {column for one in fields for column in columns_of(one)} | set(told.columns)
    return Guess("statistics", tuple(fields), tuple(one.name for one in FIELDS["statistics"] if one.name not in there),
                 tuple(one.name for one in looks if one.name not in used))


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
    """The column that a guess takes, the day's of a time in two columns."""
    return one.value if isinstance(one.value, str) else one.value.get("column", one.value.get("date"))


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


def classed(made: list[Guessed], looks: list[Looks], subject: str) -> list[Guessed]:
    """The guesses of cases; where no column is called their class, their titles are, if few texts stand for many cases."""
    found = {one.field: one for one in made}
    title = found.get("title")
    kinds = next((len(pc.unique(one.texts)) for one in looks if title is not None and one.name == column_of(title)), 0)
    if subject != "cases" or "class" in found or title is None or not REPEATED[0] <= kinds <= REPEATED[1]:
        return made
    column = column_of(title) or ""
    if not any(one.name == column and one.distinct <= KINDS for one in looks):
        return made
    return [Guessed("class", column, WORD, f"no column is called a class, and {column} holds {kinds} different texts"), *made]


def concluded(made: tuple[Guessed, ...]) -> tuple[Guessed, ...]:
    """The guesses of cases, which end when they are dealt with, where no column says a later end."""
    found = {one.field: one for one in made}
    dealt = found.get("step:disposed")
    if dealt is None or {"step:verified", "step:closed"} & found.keys():
        return made
    return (*made, replace(dealt, field="step:closed", confidence=WORD,
                           reason=f"no column says a later end than {column_of(dealt)}: taken as closed then"))


def finer(made: list[Guessed], looks: list[Looks]) -> list[Guessed]:
    """The guesses, where a time has days alone and another column the same days with their time of day: that one."""
    used = {column_of(one) for one in made}
    named = {one.name: one for one in looks}
    coarse = {name for name in used if name in named and days(named[name])}
    finest = {name: next((one for one in looks if one.name not in used and begins(one, named[name])), None) for name in coarse}
    return [in_hours(one, finest.get(column_of(one) or "")) if timed(one) else one for one in made]


def in_hours(one: Guessed, fine: Looks | None) -> Guessed:
    """A guess of a time by another column; as it is without one."""
    made = None if fine is None else of_time(one.field, fine, one.confidence)
    if made is None:
        return one
    agency = {part: text for part, text in with_column(one).items() if part == "agency"}
    return replace(made, value={**with_column(made), **agency} if agency else made.value,
                   reason=f"{made.reason}, with the time of day that {column_of(one)} lacks")


def timed(one: Guessed) -> bool:
    """Whether a field is a moment."""
    return one.field.endswith("_at") or one.field.startswith("step:")


def begins(fine: Looks, coarse: Looks) -> bool:
    """Whether a column of times begins with the days of another, row for row."""
    pairs = [(longer, shorter) for longer, shorter in zip(fine.cells.by_row().to_pylist(), coarse.cells.by_row().to_pylist(),
                                                         strict=True) if longer and shorter]
    return fine.timely > WIDE and len(pairs) > 1 and sum(
        longer.startswith(shorter) and len(longer) > len(shorter) for longer, shorter in pairs) > ALONE * len(pairs)


def with_column(one: Guessed) -> dict[str, Any]:
    """A value as a mapping of its parts."""
    return {"column": one.value} if isinstance(one.value, str) else dict(one.value)


def widely(looks: list[Looks], found: dict[str, Guessed]) -> tuple[list[Guessed], set[str]]:
    """What columns of numbers mean that are a series each, and which they are; nothing where one column holds all values."""
    if {"value", "property"} <= found.keys():
        return [], set()
    numeric = [one for one in looks if one.numeric > 0.8 and len(one.texts)]
    whose = column_of(found["device"]) if "device" in found else None
    of_one = whose is not None and any(one.name == whose and one.numeric < 0.5 for one in looks)
    made = series([one.name for one in numeric], [one.reading for one in numeric], of_one=of_one)
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
        half = pc.any(pc.match_substring_regex(after.texts, HALF)).as_py()
        value = {"date": column, **parts, "time": after.name, **({"time_format": "%I:%M %p"} if half else {})}
        done.append(replace(one, value=value, reason=f"{one.reason}; {after.name} has the time of day"))
    return done


def in_days(made: list[Guessed], looks: list[Looks]) -> list[Guessed]:
    """The guesses; steps of which only the day is told cannot be refused for lying before a report whose hour is."""
    dated = {one.name for one in looks if days(one)}
    report = next((one for one in made if one.field == "reported_at"), None)
    if report is None:
        return made
    said_hour = column_of(report) not in dated or "time" in with_column(report)
    steps = [one for one in made if one.field.startswith("step:") and column_of(one) in dated - {column_of(report)}]
    if not said_hour or not steps:
        return made
    reason = f"{column_of(steps[0])} has days alone, which begin before a report of the same day"
    return [*made, Guessed("step:order", "mark", WORD, reason)]


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
    barred = (*REGISTERS, "vehicles") if reads(looks, city) else ()
    scored = [(subject, guessed(looks, subject, city, called).score() + worth) for subject, worth in speaks.items()
              if (worth or subject not in ONLY_CALLED) and subject not in barred]
    return sorted(scored, key=lambda one: -one[1])


def reads(looks: list[Looks], city: CityAround) -> bool:
    """Whether a table is of readings for sure: what is measured, when, by devices that stand on many rows, as in no register."""
    found = {one.field: one for one in guessed(looks, "observations", city).fields}
    measures = "long" in found or "value" in found
    named = column_of(found["device"]) if "device" in found else None
    again = any(one.name == named and one.distinct < OFTEN for one in looks)
    return measures and again and "observed_at" in found


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


def clashes(name: str, taken: set[str]) -> bool:
    """Whether coordinates come another way already."""
    mine = next((way for way in WAYS if name in way), None)
    return mine is not None and any(way & taken for way in WAYS if way is not mine)
