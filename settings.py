"""Every environment variable, read once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).parent
SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class WallToken:
    """What stands in place of a login on a wall: which playlist, and the region that it may read with all below."""

    wall: str
    region: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class ReadToken:
    """Who may read by the doors, and by which token."""

    name: str
    token: str = field(repr=False)


class Settings(BaseSettings):
    """What an operator may set; a name here in capitals is the variable's name."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", hide_input_in_errors=True)

    database_url: str | None = Field(None, description="A PostgreSQL + PostGIS server; none: the private one under var/")
    pack: str = Field("newyork", description="The city pack, a folder of packs/")
    host: str = Field("127.0.0.1", description="The address that the screen listens on")
    port: int = Field(8050, ge=1, le=65535, description="The screen's port")
    door_port: int = Field(
        8051, ge=1, le=65535, description="The port of the ingest process that `run` starts for the simulator")
    mqtt: bool = Field(False, description="Whether `run` starts a message broker (mosquitto), by which every source may send")
    mqtt_port: int = Field(8052, ge=1, le=65535, description="That broker's port")
    mqtt_save: Literal["second", "message"] = Field(
        "second", description="How often that broker writes to disk what nobody has taken yet; after each message is slow")
    mqtt_url: str | None = Field(None, description="That broker, where another process runs it; none: this machine's")
    var: Path = Field(ROOT / "var", description="Where the private database, tokens and logs live")
    statement_timeout_ms: int = Field(5000, description="How long a read may take")
    ingest_timeout_ms: int = Field(60000, description="How long one statement of a batch may take")
    stop_days: int = Field(100, ge=0, description="For how many days each stop of public transport is kept; 0: for ever")
    chromium: str | None = Field(None, description="The browser that prints pages as PDF; none: the first that is installed")
    briefings: bool = Field(True, description="Whether this screen makes the briefings that the pack plans")
    simulate: bool = Field(True, description="Whether `run` starts the simulator")
    seed: int = Field(20261, description="The simulator's seed")
    wall_tokens: Annotated[tuple[WallToken, ...], NoDecode] = Field(
        (), repr=False, description="Who may open /wall, as WALL:REGION:TOKEN apart by spaces; none: walls are open")
    public_doors: Annotated[tuple[Literal["open311", "sensorthings"], ...], NoDecode] = Field(
        (), description="The doors that anybody who reaches them may read, apart by spaces; none: by token alone")
    read_tokens: Annotated[tuple[ReadToken, ...], NoDecode] = Field(
        (), repr=False, description="Who may read by the doors and not send, as NAME:TOKEN apart by spaces")

    @model_validator(mode="after")
    def folder_of_its_own(self) -> "Settings":
        """Another city than the default one keeps its database, tokens and logs apart, unless VAR says where."""
        if "var" not in self.model_fields_set and self.pack != type(self).model_fields["pack"].default:
            self.var = self.var / self.pack
        return self

    @field_validator("wall_tokens", "read_tokens", mode="before")
    @classmethod
    def read_tokens_of(cls, given: object, of: ValidationInfo) -> object:
        """Read a list; a mistake is told by its place, never by what stands there."""
        if not isinstance(given, str):
            return given
        read = wall_token if of.field_name == "wall_tokens" else read_token
        return tuple(read(place, one) for place, one in enumerate(given.split(), start=1))

    @field_validator("public_doors", mode="before")
    @classmethod
    def read_public_doors(cls, given: object) -> object:
        """Read the list."""
        return tuple(given.split()) if isinstance(given, str) else given


def read_token(place: int, written: str) -> ReadToken:
    """One entry of the list. Raises: ValueError."""
    name, _, token = written.partition(":")
    if not (name and token):
        raise ValueError(f"entry {place} must be NAME:TOKEN")
    return ReadToken(name, long_enough(place, token))


def long_enough(place: int, token: str) -> str:
    """A token that is not too short. Raises: ValueError."""
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"the token of entry {place} needs {SHORTEST_TOKEN} characters or more")
    return token


def wall_token(place: int, written: str) -> WallToken:
    """One entry of the list. Raises: ValueError."""
    wall, _, rest = written.partition(":")
    region, _, token = rest.partition(":")
    if not (wall and region and token):
        raise ValueError(f"entry {place} must be WALL:REGION:TOKEN")
    return WallToken(wall, region, long_enough(place, token))
