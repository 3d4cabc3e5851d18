"""What entities of a context broker (FIWARE NGSI) mean, beside what the door knows of the public Smart Data Models."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ingest.mapping.spec import Mapping
from ingest.pack.doors.base import Heard, Terms
from ingest.pack.parts import Nearest, Part, SubjectName
from ingest.quality.spec import Check
from ingest.rows import MONTH_S


class Meaning(Part):
    """What entities of one type are; their columns are the attributes, and beside them such as temperature.unitCode."""

    subject: SubjectName = Field(description="What a row is")
    map: Mapping = Field(description="As a dataset's; a location is GeoJSON: `place: {geometry: location}`")
    checks: list[Check] = []
    nearest_m: Nearest = 0


def several(given: Any) -> Any:
    """One meaning as a list of it."""
    return [given] if isinstance(given, dict) else given


class Ngsi(Heard):
    """Entities that a context broker sends to /ngsi/v2/notify and /ngsi-ld/v1/notify; types that are not said are known ones."""

    door: Literal["ngsi"]
    types: dict[str, Annotated[list[Meaning], BeforeValidator(several, json_schema_input_type=Meaning | list[Meaning])]] = Field(
        {}, description="An entity's type, without its namespace → what it is, one meaning or several; [] leaves it out")
    defaults: bool = Field(True, description="Whether other types are read as the public Smart Data Models say")
    adds: bool = Field(True, description="Whether device kinds and properties of these models that the pack lacks are added")
    interval_s: Annotated[int, Field(ge=1, le=MONTH_S)] = Field(3600, description="How often a device of these models speaks")
    region: str | None = Field(None, description="The region of what says no location; left out, it is refused")
    classes: dict[str, str] = Field({}, description="A service code of an Open311 request → the class of the case")

    def terms(self, name: str) -> Terms | None:
        """How entities of a type are read."""
        told = ((f"{self.name}.{kind}.{number}", one) for kind, each in self.types.items() for number, one in enumerate(each, 1))
        return next((Terms(one.subject, one.map, one.checks, one.nearest_m) for called, one in told if called == name), None)

    @property
    def asks(self) -> bool:
        """Senders come to this door."""
        return False
