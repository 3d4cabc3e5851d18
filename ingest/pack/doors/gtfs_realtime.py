"""Public transport by GTFS-realtime: vehicles, trip updates and alerts, with the timetable that they refer to."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ingest.mapping.values import one_or_more
from ingest.pack.doors.base import Heard, Variable, WebAddress
from ingest.pack.parts import Part

Addresses = Annotated[list[WebAddress], BeforeValidator(one_or_more, json_schema_input_type=str | list[str]), Field(min_length=1)]


class Timetable(Part):
    """A static GTFS data set: a zip at an address, or beside the pack."""

    url: WebAddress | None = None
    path: Annotated[str, Field(min_length=1)] | None = Field(None, description="A zip beside the pack")
    every: Annotated[float, Field(ge=1, le=604800)] = Field(21600, description="Seconds until it is looked at anew")
    secret: Variable | None = Field(None, description="The environment variable that holds what opens its address")

    @model_validator(mode="after")
    def one_way_in(self) -> "Timetable":
        """There is one place."""
        if (self.url is None) == (self.path is None):
            raise ValueError("exactly one of url and path must be said")
        return self


class GtfsRealtime(Heard):
    """Feeds of one operator, of whatever kinds they are; what they say of one trip is put together."""

    door: Literal["gtfs_realtime"]
    url: Addresses = Field(description="One address, or several: positions, trip updates and alerts often have one each")
    every: Annotated[float, Field(ge=0.05, le=86400)] = Field(30, description="Seconds from one question to the next")
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = Field(
        "x-api-key", description="The header that bears the secret; its value is the whole of the header's")
    parameter: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The parameter of the address that bears the secret, instead of a header")
    timetable: Timetable | None = Field(None, description="Without one lines and stops go by their numbers, and few are on time")
    outside: Literal["reject", "leave_out"] = Field(
        "reject", description="What becomes of vehicles and stops outside the city: each is refused once and kept, or left out")
