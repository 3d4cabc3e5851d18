"""What a pack says about where a table comes from and how it is written; what it does not say is guessed."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Format = Literal["csv", "excel", "json", "jsonl", "parquet", "geojson", "topojson", "shapefile", "geopackage", "kml",
                 "flatgeobuf", "cityjson", "xml", "gb28181"]
Variable = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
Name = Annotated[str, Field(min_length=1)]
WAYS_IN = ("path", "url", "database")


class Part(BaseModel):
    """A piece of a pack's YAML; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paging(Part):
    """How an address gives its rows piece by piece.

    `socrata` and `ckan` know their parameters. `offset` counts rows and `page` counts pages in a parameter of the
    request; `next` follows an address that stands in the answer.
    """

    kind: Literal["socrata", "ckan", "offset", "page", "next"]
    rows: Annotated[int, Field(gt=0, le=100_000)] | None = None
    size: str = "limit"                         # the parameter for how many rows
    at: str | None = None                       # the parameter for where to begin; `offset` and `page` when not said
    first: int | None = None                    # what it begins with; 0 for rows and 1 for pages when not said
    next: str = "next"                          # the key in the answer that holds the next address
    most: Annotated[int, Field(gt=0)] = 100_000  # pages after which something must be wrong


class Updates(Part):
    """How to ask for what has changed: the column that says when, and for plain addresses the parameter that takes it."""

    column: Name
    parameter: str | None = None


class Read(Part):
    """One table or several of one shape: where they are, and how they are written."""

    # Where: one of path, url, database.
    path: Name | None = None                    # beside the pack's file, may hold * and **
    package: str | None = None                  # an installed Python package that the path lies in
    npm: str | None = None                      # a package under node_modules that the path lies in
    url: str | None = None
    database: str | None = None                 # an SQLAlchemy URL without its password

    # How: guessed from the content when not said.
    format: Format | None = None
    member: str | None = None                   # of an archive; may hold *
    encoding: str | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] | None = None    # "" when quotes mean nothing
    decimal: Literal[".", ","] = "."            # numbers stay text here; the mapping reads them
    skip: Annotated[int, Field(ge=0)] | None = None             # lines or rows above the header
    header: Annotated[int, Field(ge=0, le=5)] | None = None     # rows of it; 0: there is none
    columns: list[Name] | None = None           # the columns' names where the file has none
    sheet: Name | list[Name] | None = None
    layer: Name | list[Name] | None = None
    records: str | None = None                  # where in a JSON or XML document the rows are: "result.records"

    channel_code: Name | None = None            # the column of GB/T 28181 codes, decoded into columns `channel.…`

    # Of addresses.
    paging: Paging | None = None
    parameters: dict[str, str] = {}
    headers: dict[str, str] = {}                # "$NAME" is an environment variable's value
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60

    # Of databases.
    table: str | None = None                    # may be "schema.table"
    query: str | None = None
    password: Variable | None = None            # the environment variable that holds it

    updates: Updates | None = None

    @model_validator(mode="after")
    def one_way_in(self) -> "Read":
        """There is one place, and what is said about it belongs to it."""
        given = [way for way in WAYS_IN if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(WAYS_IN)} must be said, not {' and '.join(given) or 'none'}")
        for key, way in (("package", "path"), ("npm", "path"), ("paging", "url"), ("table", "database"), ("query", "database"),
                         ("password", "database")):
            if getattr(self, key) is not None and given != [way]:
                raise ValueError(f"{key} goes with {way} only")
        if self.package and self.npm:
            raise ValueError("package and npm cannot both be said")
        if self.database and (self.table is None) == (self.query is None):
            raise ValueError("database needs either table or query")
        return self

    @field_validator("url")
    @classmethod
    def web(cls, url: str | None) -> str | None:
        """Files are fetched over HTTP only."""
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("database")
    @classmethod
    def without_password(cls, url: str | None) -> str | None:
        """A pack is no place for secrets."""
        if url is not None and re.match(r"^[^/]+://[^/@]*:[^/@]+@", url):
            raise ValueError("must not hold a password: name the environment variable that does in `password`")
        return url

    @property
    def name(self) -> str:
        """How the source is called in a batch and in messages; holds no secret."""
        if self.package or self.npm:
            return f"{self.package or self.npm}/{self.path}"
        if self.database:
            return f"{self.database.partition('?')[0]} {self.table or 'query'}"
        return self.path or self.url or ""
