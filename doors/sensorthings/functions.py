"""The functions that conditions may call: what each takes, what it gives, and how the database says it."""

import re
from dataclasses import dataclass

from doors.sensorthings.model import Kind

# What an argument may be, a letter each: text, number, instant (time), span (an interval), duration, geometry.
LETTERS: dict[str, Kind] = {"t": "text", "n": "number", "i": "time", "d": "duration", "g": "geometry"}
RELATION = re.compile(r"[TF012*]{9}")


@dataclass(frozen=True)
class Function:
    """One function: a letter for each argument (`s` is an interval, written as two instants), what it gives, and its SQL."""

    takes: str
    gives: Kind
    sql: str


def during(condition: str) -> Function:
    """How an instant lies to an interval: {0} is the instant, {1} and {2} the interval's ends."""
    return Function("is", "flag", condition)


def part(name: str) -> Function:
    """A part of an instant, in UTC."""
    return Function("i", "number", f"CAST(EXTRACT({name} FROM {{0}}) AS double precision)")


def lying(name: str) -> Function:
    """How two geometries lie to each other."""
    return Function("gg", "flag", f"{name}({{0}}, {{1}})")


CLOCK = "CAST(EXTRACT(second FROM {0}) AS double precision)"

FUNCTIONS: dict[str, tuple[Function, ...]] = {
    "substringof": (Function("tt", "flag", "strpos({1}, {0}) > 0"),),
    "contains": (Function("tt", "flag", "strpos({0}, {1}) > 0"),),
    "startswith": (Function("tt", "flag", "starts_with({0}, {1})"),),
    "endswith": (Function("tt", "flag", "right({0}, length({1})) = {1}"),),
    "length": (Function("t", "number", "CAST(length({0}) AS double precision)"),),
    "indexof": (Function("tt", "number", "CAST(strpos({0}, {1}) - 1 AS double precision)"),),
    "substring": (Function("tn", "text", "substr({0}, GREATEST(CAST({1} AS int), 0) + 1)"),
                  Function("tnn", "text", "substr({0}, GREATEST(CAST({1} AS int), 0) + 1, GREATEST(CAST({2} AS int), 0))")),
    "tolower": (Function("t", "text", "lower({0})"),),
    "toupper": (Function("t", "text", "upper({0})"),),
    "trim": (Function("t", "text", "btrim({0})"),),
    "concat": (Function("tt", "text", "({0} || {1})"),),
    "year": (part("year"),), "month": (part("month"),), "day": (part("day"),), "hour": (part("hour"),),
    "minute": (part("minute"),),
    "second": (Function("i", "number", f"floor({CLOCK})"),),
    "fractionalseconds": (Function("i", "number", f"({CLOCK} - floor({CLOCK}))"),),
    "date": (Function("i", "date", "CAST({0} AS date)"),),
    "time": (Function("i", "clock", "CAST({0} AS time)"),),
    "totaloffsetminutes": (Function("i", "number", "CAST(EXTRACT(timezone FROM {0}) / 60 AS double precision)"),),
    "now": (Function("", "time", "now()"),),
    "mindatetime": (Function("", "time", "timestamptz '-infinity'"),),
    "maxdatetime": (Function("", "time", "timestamptz 'infinity'"),),
    "round": (Function("n", "number", "CAST(round(CAST({0} AS numeric)) AS double precision)"),),
    "floor": (Function("n", "number", "floor({0})"),),
    "ceiling": (Function("n", "number", "ceil({0})"),),
    "before": (Function("ii", "flag", "{0} < {1}"), during("{0} < {1}")),
    "after": (Function("ii", "flag", "{0} > {1}"), during("{0} >= {2}")),
    "meets": (Function("ii", "flag", "{0} = {1}"), during("{0} IN ({1}, {2})")),
    "during": (during("({0} >= {1} AND {0} < {2})"),),
    "overlaps": (Function("ii", "flag", "{0} = {1}"), during("({0} >= {1} AND {0} < {2})")),
    "starts": (Function("ii", "flag", "{0} = {1}"), during("{0} = {1}")),
    "finishes": (Function("ii", "flag", "{0} = {1}"), during("{0} = {2}")),
    "geo.distance": (Function("gg", "number", "ST_Distance({0}, {1})"),),
    "geo.length": (Function("g", "number", "ST_Length({0})"),),
    "geo.intersects": (lying("ST_Intersects"),),
    "st_equals": (lying("ST_Equals"),), "st_disjoint": (lying("ST_Disjoint"),), "st_touches": (lying("ST_Touches"),),
    "st_within": (lying("ST_Within"),), "st_overlaps": (lying("ST_Overlaps"),), "st_crosses": (lying("ST_Crosses"),),
    "st_intersects": (lying("ST_Intersects"),), "st_contains": (lying("ST_Contains"),),
    "st_relate": (Function("ggt", "flag", "ST_Relate({0}, {1}, {2})"),),
}
