"""Which briefings the city wants made by themselves, and when."""

from collections.abc import Sequence
from datetime import time
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from indicators.briefing import Span
from indicators.editions import FORMS, KEEP, Form, Plan
from indicators.text import Language
from ingest.pack.parts import Key, Part

MINUTES = 60


class Briefings(Part):
    """Briefings of some regions, made at a time of day when their day, week or month is over."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="The folder of its files")]
    span: Span
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description=(
        "When, by the city's clock: on the day after; of weeks on Mondays, of months on the 1st"))]
    regions: list[str] = Field([], description="Of these regions, by their codes")
    levels: list[Key] = Field([], description="Of all regions of these levels, by their keys")
    languages: list[Language] = Field([], description="Left out, those of the screen")
    formats: Annotated[list[Form], Field(min_length=1)] = list(FORMS)
    keep: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="How many are kept; left out, 31 daily ones, 26 weekly ones, 24 monthly ones")

    @field_validator("at", mode="before")
    @classmethod
    def clock(cls, given: Any) -> Any:
        """A time without quotes: YAML reads 17:30 as 1050, and 06:30 as it stands."""
        if isinstance(given, int) and not isinstance(given, bool):
            return f"{given // MINUTES:02}:{given % MINUTES:02}"
        return given

    @model_validator(mode="after")
    def of_something(self) -> "Briefings":
        """It is of some region."""
        if not self.regions and not self.levels:
            raise ValueError("of which regions? Name them by regions: [CODE, …], or by levels: [KEY, …]")
        return self

    def plan(self, languages: Sequence[Language]) -> Plan:
        """The same as the rest of the program holds it; `languages` are the screen's."""
        return Plan(self.key, self.span, time.fromisoformat(self.at), tuple(self.languages or languages), tuple(self.formats),
                    tuple(self.regions), tuple(self.levels), self.keep or KEEP[self.span])
