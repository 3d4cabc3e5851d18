"""Devices and observations from another server by OGC SensorThings."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from ingest.pack.doors.base import Heard, WebAddress
from ingest.pack.parts import Key
from ingest.quality.spec import Check

DAY_S = 86400


class SensorThings(Heard):
    """A SensorThings server: its Things become devices, its Datastreams what they measure, by the tables here."""

    door: Literal["sensorthings"]
    url: WebAddress = Field(description="The service's root with its version: https://sensors.example/FROST-Server/v1.1")
    authorization: Literal["bearer", "basic"] = Field(
        "bearer", description="How `secret` is sent: as a token, or as user:password")
    filter: str | None = Field(None, description="Which Datastreams are wanted, as the standard's $filter; left out, all")
    properties: dict[str, Key] = Field({}, description="What the server calls a property (an ObservedProperty's name or "
                                       "definition, a Datastream's name) and which of the city's it is; others by their words")
    units: dict[str, str] = Field({}, description="How the server writes a unit, and which one it is: {Degree Celsius: °C}")
    kind: Key = Field(description="The kind of device of its Things")
    kinds: dict[str, Key] = Field({}, description="The kind of those with a Sensor of this name, where that is another")
    prefix: str | None = Field(None, description="What device codes begin with, the Thing's id following; left out, the source's "
                               "key and a hyphen")
    interval_s: Annotated[int, Field(ge=1, le=31 * DAY_S)] = Field(3600, description="How often its devices promise to speak")
    region: str | None = Field(None, description="The region of Things that tell no place")
    nearest_m: Annotated[float, Field(ge=0)] = Field(
        0, description="A Thing outside every region goes to the nearest one within so many metres, marked")
    interval: Literal["start", "end"] = Field("start", description="Which end of an interval is the instant of an observation")
    history: Annotated[float, Field(ge=0)] = Field(1, description="Days of observations that are fetched at first")
    overlap: Annotated[float, Field(ge=0, le=31 * DAY_S)] = Field(
        3600, description="Seconds before the last question that every question asks for again, for what comes late")
    look_back: Annotated[float, Field(ge=0, le=366 * DAY_S)] = Field(
        DAY_S, description="Seconds that are asked for again once an hour, for what comes later than that")
    things_every: Annotated[float, Field(ge=0.05, le=7 * DAY_S)] = Field(
        3600, description="Seconds until Things and Datastreams are asked for again")
    page: Annotated[int, Field(ge=1, le=10_000)] = Field(500, description="Datastreams in one answer")
    checks: list[Check] = Field([], description="What its observations must keep to")

    @field_validator("url")
    @classmethod
    def bare(cls, url: str) -> str:
        """The address is the root itself."""
        if "?" in url:
            raise ValueError("is the service's root alone, such as https://sensors.example/v1.1, without a query")
        return url.rstrip("/")
