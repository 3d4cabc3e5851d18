"""How the city scores its agencies: what counts, how much, and which score is an A."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from indicators.library import INDICATORS
from indicators.scoring import FULL, Scoring, Weighed
from indicators.splits import splittable
from ingest.pack.parts import Part


class ScorePart(Part):
    """One indicator's weight, and between which of its values the points run from 0 to 100."""

    weight: Annotated[float, Field(gt=0)]
    none: Annotated[float, Field(description="The value worth 0 points, and all that is worse")]
    full: Annotated[float, Field(description="The value worth 100 points, and all that is better")]


class Bands(Part):
    """The least score of each band; what is below D is E."""

    A: float = 90
    B: float = 80
    C: float = 70
    D: float = 60

    @model_validator(mode="after")
    def falling(self) -> "Bands":
        """Each begins below the one before it."""
        if not FULL >= self.A > self.B > self.C > self.D > 0:
            raise ValueError("bands begin at falling scores between 100 and 0: A above B above C above D")
        return self


class Scores(Part):
    """How agencies are scored."""

    parts: Annotated[dict[str, ScorePart], Field(min_length=1, description="By the key of any indicator of cases or messages")]
    bands: Bands = Bands()
    least: Annotated[int, Field(ge=1, description="So many facts an indicator needs before it counts")] = 10

    @field_validator("parts")
    @classmethod
    def fitting(cls, parts: dict[str, ScorePart]) -> dict[str, ScorePart]:
        """Indicators that there are, that agencies have, and whose points run the right way."""
        for key, part in parts.items():
            if key not in INDICATORS:
                raise ValueError(f"{key!r} is no indicator; docs/adding-an-indicator.md says where they are")
            if not splittable(INDICATORS[key]):
                raise ValueError(f"{key} is not made of cases or messages, so agencies have none of it")
            better = INDICATORS[key].better
            if part.none == part.full or (better != "neither" and (part.full > part.none) != (better == "higher")):
                raise ValueError(f"{key} is better {better}, so full must lie {'below' if better == 'lower' else 'above'} none")
        return parts

    @property
    def scoring(self) -> Scoring:
        """The same as the rest of the program holds it."""
        parts = {key: Weighed(part.weight, part.none, part.full) for key, part in self.parts.items()}
        return Scoring(parts, self.bands.model_dump(), least=self.least, own=True)
