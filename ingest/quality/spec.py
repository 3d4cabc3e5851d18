"""What a dataset promises of its rows: checks that a pack declares, one YAML entry each.

A check is named by its first key, whose value is the field or the fields that it is about. `else: mark`
lets a row in and marks it; without, the row is rejected. Fields are those of the dataset's subject, and
`step:closed` for the instant of a case's step.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from ingest.mapping.durations import WRITTEN, seconds

Otherwise = Literal["reject", "mark"]


def span(written: object) -> object:
    """A length of time from a text such as 90s, 15min, 2h or 1.5d. Raises: ValueError for another text."""
    return timedelta(seconds=seconds(written)) if isinstance(written, str) else written


def expression(written: str) -> str:
    """A regular expression. Raises: ValueError when it is none."""
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"{written!r} is no regular expression: {error}") from error
    return written


def several(given: object) -> object:
    """One name, or more, as several."""
    return (given,) if isinstance(given, str) else given


NAMED = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Span = Annotated[timedelta, BeforeValidator(span), WithJsonSchema({"type": "string", "pattern": f"^{WRITTEN.pattern}$"})]
Expression = Annotated[str, AfterValidator(expression)]
Names = Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1), WithJsonSchema(NAMED)]


class Rule(BaseModel):
    """What all checks have."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    otherwise: Otherwise = Field("reject", alias="else", description="what becomes of a row that fails: reject or mark")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it looks at."""
        raise NotImplementedError


class Required(Rule):
    """Every one of these fields has a value."""

    required: Names

    @property
    def fields(self) -> tuple[str, ...]:
        return self.required


class Typed(Rule):
    """What these fields hold can be read as this."""

    type: Names
    kind: Literal["number", "whole", "time", "date"] = Field(alias="is")

    @property
    def fields(self) -> tuple[str, ...]:
        return self.type


class Ranged(Rule):
    """The numbers in these fields lie within these ends, which belong to it."""

    range: Names
    least: float | None = Field(None, alias="min")
    most: float | None = Field(None, alias="max")

    @property
    def fields(self) -> tuple[str, ...]:
        return self.range

    @model_validator(mode="after")
    def ends(self) -> Self:
        """Refuse a range without an end, or upside down."""
        if self.least is None and self.most is None:
            raise ValueError("a range has a min, a max, or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"min {self.least:g} is above max {self.most:g}")
        return self


class Allowed(Rule):
    """What these fields hold is one of these values."""

    allowed: Names
    values: tuple[str | int | float, ...] = Field(min_length=1)

    @property
    def fields(self) -> tuple[str, ...]:
        return self.allowed


class Patterned(Rule):
    """The text in these fields is, from end to end, like this regular expression."""

    pattern: Names
    like: Expression

    @property
    def fields(self) -> tuple[str, ...]:
        return self.pattern


class Unique(Rule):
    """No two rows of the dataset have the same values in all of these fields; the first one stays."""

    unique: Names

    @property
    def fields(self) -> tuple[str, ...]:
        return self.unique


class Inside(Rule):
    """The coordinate, where a row has one, lies inside the city."""

    inside: Literal["city"]

    @property
    def fields(self) -> tuple[str, ...]:
        return "lon", "lat"


class Past(Rule):
    """These instants do not lie in the future, but for the time that clocks may be `ahead`."""

    past: Names
    ahead: Span = timedelta(0)

    @property
    def fields(self) -> tuple[str, ...]:
        return self.past


class Ordered(Rule):
    """These instants, where a row has them, follow each other in this order; they may be equal."""

    order: Annotated[tuple[str, ...], Field(min_length=2)]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.order


class Fresh(Rule):
    """These instants are no older than this when the row comes."""

    fresh: Names
    within: Span

    @property
    def fields(self) -> tuple[str, ...]:
        return self.fresh


NAMES = ("required", "type", "range", "allowed", "pattern", "unique", "inside", "past", "order", "fresh")


def name_of(given: Any) -> str | None:
    """The check that an entry is; None when it is none, or several."""
    keys = given.keys() if isinstance(given, Mapping) else type(given).model_fields if isinstance(given, Rule) else ()
    found = [name for name in NAMES if name in keys]
    return found[0] if len(found) == 1 else None


Check = Annotated[
    Annotated[Required, Tag("required")] | Annotated[Typed, Tag("type")] | Annotated[Ranged, Tag("range")]
    | Annotated[Allowed, Tag("allowed")] | Annotated[Patterned, Tag("pattern")] | Annotated[Unique, Tag("unique")]
    | Annotated[Inside, Tag("inside")] | Annotated[Past, Tag("past")] | Annotated[Ordered, Tag("order")]
    | Annotated[Fresh, Tag("fresh")],
    Discriminator(name_of, custom_error_type="no_check",
                  custom_error_message=f"a check has exactly one of the keys {', '.join(NAMES)}"),
]
