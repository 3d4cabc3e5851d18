"""What a pack says of one value: where it comes from and how it is read.

Every model is strict: a word that is not known is a mistake. A column's name alone is the short form
of a whole `Value`. The words of a reading work in the order in which they stand in `Reading`.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

SOURCES = ("column", "value", "join", "first", "template", "sum", "date", "start")
BLANKS = ("-", "--", "—", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None")  # how data sets write "no value"
PIECE = re.compile(r"\{([^{}:]+)(?::([^{}]?[<>^]?\d{1,3}))?\}")  # of a template: a column and how it is filled up
ClockChange = Literal["mark", "earlier", "later", "reject"]


class Part(BaseModel):
    """A piece of a mapping; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


def scalar_text(value: Any) -> Any:
    """A YAML scalar as text: 9999 as "9999", true as "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def column_alone(value: Any) -> Any:
    """The short form: a column's name instead of an object."""
    return {"column": value} if isinstance(value, str) else value


def unit_alone(value: Any) -> Any:
    """The short form of a unit: what the numbers come in."""
    return {"from": value} if isinstance(value, str) else value


def one_or_more(value: Any) -> Any:
    """A single text as a list of one."""
    return [value] if isinstance(value, str) else value


def entries_alone(value: Any) -> Any:
    """The short forms of a table: a file's name, or nothing but entries."""
    if isinstance(value, dict) and not {"file", "entries"} & set(value):
        return {"entries": value}
    return {"file": value} if isinstance(value, str) else value


def text_pairs(value: Any) -> Any:
    """Keys and values as texts, so that YAML's numbers and truths do not matter."""
    return {scalar_text(key): scalar_text(word) for key, word in value.items()} if isinstance(value, dict) else value


def checked_pattern(pattern: str) -> str:
    """A regular expression that RE2 understands. Raises: ValueError."""
    from ingest.mapping.patterns import checked  # only a pack with patterns pays for Arrow
    return checked(pattern)


Words = Annotated[str, BeforeValidator(scalar_text, json_schema_input_type=str | int | float | bool)]
Entries = Annotated[dict[str, str], BeforeValidator(text_pairs, json_schema_input_type=dict[str, str | int | float | bool])]
Names = Annotated[tuple[str, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str]), Field(min_length=1)]


class Split(Part):
    """One piece of a text that is cut at a separator."""

    by: Annotated[str, Field(min_length=1, description="Where the text is cut.")]
    part: int = Field(1, description="Which piece is taken: 1 is the first, -1 the last.")

    @field_validator("part")
    @classmethod
    def counted_from_one(cls, part: int) -> int:
        """Pieces are counted from one."""
        if part == 0:
            raise ValueError("pieces are counted from 1, or from the end with -1")
        return part


class Table(Part):
    """A table of values: inline entries, or a CSV or YAML file beside the pack."""

    entries: Entries = Field({}, description="What is written → what it becomes.")
    file: str | None = Field(None, description="A CSV or YAML file in the pack's folder.")
    key: str | None = Field(None, description="The CSV's column that holds what is written; the first one when left out.")
    value: str | None = Field(None, description="The CSV's column that holds what it becomes; the second one when left out.")
    loose: bool = Field(False, description="Full and half width, upper and lower case and spaces make no difference.")


class Unit(Part):
    """The unit that numbers come in and the one they become."""

    from_: str | None = Field(None, alias="from", description="The unit of the column; left out when each cell says its own.")
    to: str | None = Field(None, description="The unit wanted; left out, it is that of the property.")

    @field_validator("from_", "to")
    @classmethod
    def known(cls, unit: str | None) -> str | None:
        """The unit exists. Raises: ValueError."""
        if unit is not None:
            from ingest.mapping.units import known  # loads the library of units only where a pack names one
            known(unit)
        return unit

    @model_validator(mode="after")
    def convertible(self) -> "Unit":
        """One can become the other. Raises: ValueError."""
        if self.from_ is None and self.to is None:
            raise ValueError("a unit needs `from`, `to` or both")
        if self.from_ is not None and self.to is not None:
            from ingest.mapping.units import scale_and_zero
            scale_and_zero(self.from_, self.to)
        return self


ShortTable = Annotated[Table, BeforeValidator(entries_alone, json_schema_input_type=str | Table | Entries)]
ShortUnit = Annotated[Unit, BeforeValidator(unit_alone, json_schema_input_type=str | Unit)]


def checked_zone(name: str) -> str:
    """The name of a time zone that exists. Raises: ValueError."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai") from error
    return name


class Reading(Part):
    """How a cell is read, whatever column it stands in."""

    empty: tuple[Words, ...] | None = Field(None, description="Cells that mean nothing, instead of the usual - NA NaN NULL.")
    also_empty: tuple[Words, ...] = Field((), description="Cells that mean nothing beside those, such as X for a figure that is "
                                                           "kept back.")
    split: Split | None = Field(None, description="Take one piece of the text.")
    match: str | None = Field(None, description="Take what a regular expression (RE2) finds; a cell without it is refused.")
    take: str | int | None = Field(None, description="The name or number of the pattern's group; the first when left out.")
    replace: dict[str, str] | None = Field(None, description="Regular expressions and what takes their place, in order.")
    letters: Literal["upper", "lower"] | None = Field(None, description="Upper or lower case.")
    pad: Annotated[int, Field(ge=1, le=100)] | None = Field(None, description="Fill up with zeros on the left to so many "
                                                                              "characters.")
    table: ShortTable | None = Field(None, description="Look the text up; unknown texts take `default` or are refused.")
    cut: Annotated[int, Field(ge=1, le=100_000)] | None = Field(None, description="Keep at most so many characters.")

    decimal: Literal[".", ","] | None = Field(None, description="The decimal mark; what the file is read with when left out.")
    thousands: Literal[",", ".", " ", "'", "_"] | None = Field(None, description="What stands between thousands.")
    percent: Literal["keep", "ratio"] | None = Field(None, description="12 % becomes 12 (keep) or 0.12 (ratio).")
    words: tuple[str, ...] = Field((), description="Words beside a number that say nothing, such as 元, ¥ or pcs.")
    unit: ShortUnit | None = Field(None, description="Units: {from: °F, to: °C}, or what the column comes in.")
    scale: float | None = Field(None, description="Multiply by this.")
    decimals: Annotated[int, Field(ge=0, le=15)] | None = Field(None, description="Round to so many decimals.")

    format: Names | None = Field(None, description="How times are written: iso, epoch_s, epoch_ms, excel, excel_1904 or "
                                                   "strptime codes such as %d.%m.%Y %H:%M, %EY for Buddhist years; several are "
                                                   "tried in order.")
    zone: str | None = Field(None, description="The zone of times that name none; the mapping's or the city's when left out.")
    clock_change: ClockChange | None = Field(None, description="Local times that a clock change skips or repeats: mark (the "
                                             "first of the two, marked), earlier, later, or reject.")

    when_true: tuple[Words, ...] = Field((), description="Texts that mean true, beside yes, true, 1, 是 and their like.")
    when_false: tuple[Words, ...] = Field((), description="Texts that mean false, beside no, false, 0, 否 and their like.")

    default: Words | None = Field(None, description="What stands where the cell is empty or the table does not know it.")
    if_bad: Literal["reject", "empty"] = Field("reject", description="What becomes of a cell that cannot be read: its row is "
                                               "refused, or the field is left empty and the row marked.")

    @model_validator(mode="after")
    def fitting(self) -> "Reading":
        """Words that need or exclude each other. Raises: ValueError."""
        if self.take is not None and self.match is None:
            raise ValueError("`take` belongs to `match`, which is not there")
        if self.match is not None:
            from ingest.mapping.patterns import grouped
            grouped(checked_pattern(self.match), self.take)
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("`thousands` and `decimal` must differ")
        return self

    @field_validator("replace")
    @classmethod
    def sound_replace(cls, replace: dict[str, str] | None) -> dict[str, str] | None:
        """The patterns are RE2."""
        for pattern in replace or ():
            checked_pattern(pattern)
        return replace

    @field_validator("zone")
    @classmethod
    def known_zone(cls, name: str | None) -> str | None:
        """The zone exists."""
        return name if name is None else checked_zone(name)

    @field_validator("format")
    @classmethod
    def sound_format(cls, formats: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Every format is a known name or strptime codes that are understood."""
        if formats is not None:
            from ingest.mapping.layouts import checked
            for one in formats:
                checked(one)
        return formats


class Value(Reading):
    """How one field is made from a row. Exactly one of column, value, join, first, template, sum, date and start."""

    column: str | None = Field(None, description="The column it comes from; @line and @table are the row's line and the "
                                                 "table's name.")
    value: Words | None = Field(None, description="The same for every row.")
    join: Names | None = Field(None, description="Columns put together, empty ones left out.")
    with_: str = Field(" ", alias="with", description="What stands between joined columns.")
    first: Names | None = Field(None, description="The first of these columns that is not empty.")
    template: str | None = Field(None, description='A text with {columns} filled in, such as "36{county:0>3}{tract:0>6}"; '
                                                   "empty where one of them is.")
    sum: Names | None = Field(None, description="Columns added up; one with a minus before its name is taken away.")
    date: str | None = Field(None, description="The column of the date, where date and time stand in two columns.")
    time: str | None = Field(None, description="The column of the time of day that belongs to `date`.")
    time_format: Names | None = Field(None, description="How `time` is written, when not like 14:05, 14:05:30 or 14时05分.")
    start: Words | None = Field(None, description="The time of the first row, where rows carry no time of their own.")
    step: str | None = Field(None, description="The time from one row to the next, such as 15min, 1h or 1d.")
    counter: str | None = Field(None, description="A column that counts the steps since `start`, from 0; without it rows are "
                                                  "counted.")
    optional: bool = Field(False, description="The table may lack the column; the field is then empty.")

    @model_validator(mode="after")
    def one_source(self) -> "Value":
        """Exactly one place that it comes from, and nothing that belongs to another. Raises: ValueError."""
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(SOURCES)} is needed, found {', '.join(given) or 'none'}")
        for word, owner in (("time", "date"), ("time_format", "time"), ("step", "start"), ("counter", "start")):
            if getattr(self, word) is not None and getattr(self, owner) is None:
                raise ValueError(f"`{word}` belongs to `{owner}`, which is not there")
        if self.start is not None and self.step is None:
            raise ValueError("`start` needs a `step`, such as 15min")
        return self

    @field_validator("template")
    @classmethod
    def sound_template(cls, template: str | None) -> str | None:
        """The template names a column, and every brace is part of one."""
        if template is not None and (not PIECE.search(template) or set("{}") & set(PIECE.sub("", template))):
            raise ValueError(f"{template!r} is no template; write one like 36{{county:0>3}}{{tract:0>6}}")
        return template

    @field_validator("step")
    @classmethod
    def sound_step(cls, step: str | None) -> str | None:
        """The step is a duration above zero."""
        if step is not None:
            from ingest.mapping.durations import seconds
            seconds(step)
        return step

    @field_validator("time_format")
    @classmethod
    def sound_time_format(cls, formats: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Every format is a known name or strptime codes that are understood."""
        if formats is not None:
            from ingest.mapping.layouts import checked
            for one in formats:
                checked(one)
        return formats

    def named(self) -> Iterator[str]:
        """The columns that the value is made of."""
        for one in (self.column, self.date, self.time, self.counter):
            if one is not None:
                yield one
        yield from (*(self.join or ()), *(self.first or ()))
        yield from (name.removeprefix("-") for name in self.sum or ())
        yield from dict.fromkeys(name for name, _ in PIECE.findall(self.template or ""))


ShortValue = Annotated[Value, BeforeValidator(column_alone, json_schema_input_type=str | Value)]
