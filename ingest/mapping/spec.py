"""What a pack says of a mapping: how the columns of a file become the fields of a subject.

A mapping has values for fields, a place, a case's steps, and says which rows are no data; a wide
table says with `long` what each of its columns means.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ingest.mapping.values import (
    BLANKS,
    ClockChange,
    Part,
    Reading,
    ShortTable,
    ShortValue,
    Value,
    Words,
    checked_pattern,
    checked_zone,
    column_alone,
)

STEPS = ("reported", "registered", "dispatched", "disposed", "verified", "closed", "suspended", "resumed", "returned",
         "reworked")
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class RegionBy(Part):
    """The region that a row names."""

    column: str = Field(description="The column that holds the region's code or name.")
    by: Literal["code", "name"] = Field("code", description="Whether it holds codes or names.")
    level: str | None = Field(None, description="Only regions of this level (its key in the pack).")
    parent: str | None = Field(None, description="A column with the name or code of a region above, which tells namesakes apart.")
    aliases: ShortTable | None = Field(None, description="Other names: what is written → the region's code or name.")
    pad: Annotated[int, Field(ge=1, le=30)] | None = Field(None, description="Fill codes up with zeros on the left.")
    default: str | None = Field(None, description="The code of the region where the cell is empty.")
    optional: bool = Field(False, description="The table may lack the column.")


class Place(Part):
    """Where a row belongs: coordinates in two columns or one, a geometry, a region, or coordinates and else a region."""

    lon: ShortValue | None = Field(None, description="The column of x: longitude or easting.")
    lat: ShortValue | None = Field(None, description="The column of y: latitude or northing.")
    point: ShortValue | None = Field(None, description='One column: "31.2, 121.5", POINT(121.5 31.2), WKB in hex or GeoJSON.')
    order: Literal["lat_lon", "lon_lat"] | None = Field(None, description="Which comes first in a pair of numbers.")
    geometry: str | None = Field(None, description="The column of geometries; lines and areas stand for a point inside them.")
    crs: str | None = Field(None, description="The coordinate system, such as EPSG:2263; the file's or WGS 84 when left out. "
                                              "x is always east, y north.")
    datum: Datum | None = Field(None, description="gcj02 and bd09 are converted; cgcs2000 counts as wgs84.")
    nowhere: tuple[tuple[float, float], ...] = Field((), description="Pairs [x, y] that stand for no place, such as [0, 0].")
    region: Annotated[RegionBy, BeforeValidator(column_alone, json_schema_input_type=str | RegionBy)] | None = Field(
        None, description="The region named by the row; used where the row has no coordinate.")

    @model_validator(mode="after")
    def one_way(self) -> "Place":
        """Coordinates come one way, lon with lat; and there is something at all. Raises: ValueError."""
        if (self.lon is None) != (self.lat is None):
            raise ValueError("`lon` and `lat` come together")
        ways = sum(one is not None for one in (self.lon, self.point, self.geometry))
        if ways > 1:
            raise ValueError("coordinates come from lon and lat, or from point, or from geometry: only one of these")
        if ways == 0 and self.region is None:
            raise ValueError("a place needs lon and lat, point, geometry or region")
        if self.order is not None and self.point is None:
            raise ValueError("`order` belongs to `point`")
        return self

    @field_validator("crs")
    @classmethod
    def known_crs(cls, crs: str | None) -> str | None:
        """The coordinate system exists. Raises: ValueError."""
        if crs is not None:
            from geo.projections import known
            known(crs)
        return crs


class Step(Value):
    """A step of a case: the column of its time and, where the file tells, who took it."""

    agency: ShortValue | None = Field(None, description="The agency that took the step.")
    actor: ShortValue | None = Field(None, description="The person that took the step.")
    note: ShortValue | None = Field(None, description="What was noted.")


ShortStep = Annotated[Step, BeforeValidator(column_alone, json_schema_input_type=str | Step)]


class Long(Part):
    """One column per sensor or figure: every cell becomes a row. One of columns, pattern and table says what each means."""

    columns: dict[str, ShortValue] | None = Field(None, description="What stands in the field `by` → the value's column.")
    by: str = Field("property", description="The field that `columns` names.")
    pattern: str | None = Field(None, description="A regular expression (RE2) over the columns' names; its named groups are "
                                                  "fields, or @group in `columns` of the mapping.")
    table: str | None = Field(None, description="A CSV beside the pack: `column` and fields such as device, property.")
    value: Reading | None = Field(
        None, description="How the cells are read: decimal, thousands, unit, empty, scale…")
    into: str = Field("value", description="The field that takes the cells.")

    @field_validator("pattern")
    @classmethod
    def sound_pattern(cls, pattern: str | None) -> str | None:
        """The pattern is RE2 and names a group."""
        if pattern is not None and "(?P<" not in checked_pattern(pattern):
            raise ValueError("the pattern names no group such as (?P<device>…)")
        return pattern

    @model_validator(mode="after")
    def one_way(self) -> "Long":
        """Exactly one of columns, pattern and table. Raises: ValueError."""
        if sum(one is not None for one in (self.columns, self.pattern, self.table)) != 1:
            raise ValueError("exactly one of columns, pattern and table is needed")
        if self.columns is not None and self.value is not None:
            raise ValueError("`value` belongs to pattern and table; with `columns` say it of each column")
        return self


class Skip(Part):
    """Rows that are no data, such as totals. They are kept as rejected with the code `skipped`."""

    column: str = Field(description="The column that is looked at.")
    is_: tuple[Words, ...] | None = Field(None, alias="is", description="The row is skipped when the cell is one of these.")
    matches: str | None = Field(None, description="The row is skipped when the regular expression (RE2) finds something.")
    empty: bool | None = Field(None, description="The row is skipped when the cell is empty (true) or is not (false).")

    @model_validator(mode="after")
    def one_test(self) -> "Skip":
        """Exactly one test. Raises: ValueError."""
        if sum(one is not None for one in (self.is_, self.matches, self.empty)) != 1:
            raise ValueError("exactly one of is, matches and empty is needed")
        if self.matches is not None:
            checked_pattern(self.matches)
        return self


class Steps(Part):
    """The steps of a case, each from the column of its time."""

    reported: ShortStep | None = Field(None, description="When the case was reported, where that is a step of its own.")
    registered: ShortStep | None = Field(None, description="立案")
    dispatched: ShortStep | None = Field(None, description="派遣")
    disposed: ShortStep | None = Field(None, description="处置")
    verified: ShortStep | None = Field(None, description="核查")
    closed: ShortStep | None = Field(None, description="结案")
    suspended: ShortStep | None = Field(None, description="挂起")
    resumed: ShortStep | None = Field(None, description="恢复")
    returned: ShortStep | None = Field(None, description="退回")
    reworked: ShortStep | None = Field(None, description="返工")
    order: Literal["reject", "mark", "any"] = Field("reject", description="What becomes of a case whose registered, dispatched, "
                                                    "disposed, verified and closed do not follow each other.")

    def given(self) -> dict[str, Step]:
        """The steps that are declared, in the order of a case."""
        return {name: getattr(self, name) for name in STEPS if getattr(self, name) is not None}


class Mapping(Part):
    """How the rows of a table become the rows of a subject."""

    zone: str | None = Field(None, description="The zone of times that name none; the city's when left out.")
    clock_change: ClockChange = Field("mark", description="Local times that a clock change skips or repeats.")
    empty: tuple[Words, ...] = Field(BLANKS, description="Cells that mean nothing, beside empty ones.")
    skip_when: tuple[Skip, ...] = Field((), description="Rows that are no data; one test that holds is enough.")
    columns: dict[str, ShortValue] = Field({}, description="A field of the subject → where it comes from.")
    place: Place | None = Field(None, description="Where the row belongs.")
    steps: Steps | None = Field(None, description="The steps of a case, from its date columns.")
    long: Long | None = Field(None, description="One column per sensor or figure.")

    @field_validator("zone")
    @classmethod
    def known_zone(cls, name: str | None) -> str | None:
        """The zone exists."""
        return name if name is None else checked_zone(name)
