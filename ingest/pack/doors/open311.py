"""Requests for service from another server by Open311 GeoReport v2."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ingest.mapping.spec import Mapping, Place, RegionBy
from ingest.mapping.values import ShortValue, Value, checked_zone
from ingest.pack.doors.base import Heard, Terms, WebAddress
from ingest.pack.parts import Nearest
from ingest.quality.spec import Check

CLOSED = ("closed", "resolved", "completed", "complete", "fixed", "done", "archived", "cancelled", "canceled", "rejected",
          "duplicate", "invalid")
TIMES = ("iso", "epoch_s", "epoch_ms", "%a, %d %b %Y %H:%M:%S %z")


class Open311(Heard):
    """Cases that an Open311 server keeps: asked for by windows of time, and again until they are closed."""

    door: Literal["open311"]
    url: WebAddress = Field(description="The endpoint, without services or requests: https://city.example/open311/v2")
    every: Annotated[float, Field(ge=0.05, le=86400)] = Field(300, description="Seconds from one round of questions to the next")
    format: Literal["json", "xml"] = Field("json", description="Which of its two formats is asked for; either is understood")
    jurisdiction: str | None = Field(None, description="The jurisdiction_id, where the server keeps several")
    class_: ShortValue = Field(Value(column="service_code"), alias="class", description="The class of a request: of its "
                               "service_code, service_name or another field of it, by a table with a default")
    agency: ShortValue | None = Field(None, description="The code of the agency that agency_responsible names; what it does "
                                      "not know stands as who took the step")
    region: RegionBy | None = Field(None, description="The region of a request without a coordinate")
    channel: Annotated[str, Field(min_length=1, max_length=100)] = Field("open311", description="The channel of its cases")
    registered: bool = Field(False, description="A request counts as registered once it is reported, so that its class's clock "
                                                "runs where the server promises no time")
    closed: tuple[str, ...] = Field(CLOSED, description="What `status` may say of a request that is closed")
    zone: str | None = Field(None, description="The zone of times that name none; the city's when left out")
    times: tuple[str, ...] = Field(TIMES, min_length=1, description="How times are written, as `format` of a mapping")
    since: date | None = Field(None, description="The day from which requests are fetched at first; 90 days ago when left out")
    window_days: Annotated[float, Field(gt=0, le=90)] = Field(7, description="How many days are asked for at once")
    overlap_hours: Annotated[float, Field(ge=0, le=24 * 90)] = Field(48, description="How far back each round begins before the "
                                                                     "end of the last, for requests that come late")
    sweep_hours: Annotated[float, Field(ge=0)] = Field(24, description="How often the last 90 days are asked for as a whole, for "
                                                       "requests that were closed and are open again, or came very late")
    paging: Literal["windows", "pages"] = Field("windows", description="How more requests are had than the server gives at once: "
                                                "by narrower windows, or by `page` and `page_size`, where it knows these")
    page_size: Annotated[int, Field(ge=1, le=10_000)] = Field(100, description="Requests of a page")
    most: Annotated[int, Field(ge=1)] | None = Field(None, description="How many requests the server gives at most; left out, a "
                                                     "round number is taken for a sign that there are more")
    updated_after: bool = Field(False, description="The server knows `updated_after`, so that nothing is asked for one by one")
    recheck: Annotated[int, Field(ge=0, le=10_000)] = Field(200, description="How many open requests of before are asked for "
                                                            "again in each round, the longest unseen first")
    checks: list[Check] = []
    nearest_m: Nearest = 0

    @field_validator("zone")
    @classmethod
    def known_zone(cls, name: str | None) -> str | None:
        """The zone exists."""
        return name if name is None else checked_zone(name)

    @field_validator("times")
    @classmethod
    def sound_times(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        """Every format is a known name or strptime codes that are understood."""
        from ingest.mapping.layouts import checked
        for one in formats:
            checked(one)
        return formats

    @property
    def mapping(self) -> Mapping:
        """How a request becomes a case's row."""
        times = self.times
        return Mapping(
            zone=self.zone,
            columns={"id": Value(column="service_request_id"), "class": self.class_, "channel": Value(value=self.channel),
                     "title": Value(column="title", empty=()), "address": Value(column="address", cut=500),
                     "reported_at": Value(column="requested_datetime", format=times),
                     "due_at": Value(column="expected_datetime", format=times, if_bad="empty"), "steps": Value(column="steps")},
            place=Place(lon=Value(column="long"), lat=Value(column="lat"), nowhere=((0.0, 0.0),), region=self.region))

    def terms(self, name: str) -> Terms | None:
        """How a request is read once more."""
        return Terms("cases", self.mapping, self.checks, self.nearest_m) if name == self.name else None

    @model_validator(mode="after")
    def bare(self) -> "Open311":
        """The address is the endpoint itself."""
        if "?" in self.url or self.url.rstrip("/").endswith((".json", ".xml")):
            raise ValueError("`url` is the endpoint alone, such as https://city.example/open311/v2, with no file and no query")
        return self
