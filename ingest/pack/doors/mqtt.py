"""Messages of an MQTT broker: which topics, and what a message of each means."""

import codecs
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from ingest.mapping.spec import Mapping
from ingest.mapping.values import Value
from ingest.pack.doors.base import Heard, Terms, Variable, without_password
from ingest.pack.faults import misplaced
from ingest.pack.parts import Key, Nearest, Part, SubjectName
from ingest.quality.spec import Check
from ingest.rows import FIELDS

SCHEMES = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
SHARED = re.compile(r"^\$share/[^/+#]+/")
NAMED = re.compile(r"^\{([A-Za-z_][A-Za-z0-9_]*)\}$")
RECEIVED = "@received"     # when the message came: the time of what says none
TOPIC = "@topic"
REST = "(?:#)"
MOST = 65_535


def broker(url: str) -> str:
    """A broker's address, without a secret in it. Raises: ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"must begin with {', '.join(f'{scheme}://' for scheme in SCHEMES)}")
    if parts.username is not None:
        raise ValueError("must not hold a user: name the environment variables of user and password in `user` and `secret`")
    _ = parts.port      # raises where that is no number
    return without_password(url)


class Topic(Part):
    """Topics of one shape and what their messages mean; {name} stands for one level, which is a column of this name."""

    topic: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Such as sensors/{device}/{property}; + is any level, # at the end all that follows")
    key: Key | None = Field(None, description="Tells it from others of the entry; its number when left out")
    subject: SubjectName = Field("observations", description="What a row is")
    payload: Literal["auto", "json", "lines", "text", "csv", "senml"] = Field(
        "auto", description="json: an object or a list; lines: one a line; text: all of it is the column `value`; csv: separated "
                            "values; senml: columns name, unit, value, sum, time; auto: as it looks, a bare number being `value`")
    header: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        (), description="The columns of separated values and of lists of values, in their order; left out, the first line of csv")
    records: str | None = Field(None, description="Where in the object the list of rows is, such as data.items; what stands "
                                                  "beside it belongs to each")
    encoding: str | None = Field(None, description="Of texts that are not UTF-8, such as gb18030")
    retained: Literal["dated", "now", "skip"] = Field(
        "dated", description="What the broker kept from before: taken where it says its time (dated), or as of now, or left out")
    map: Mapping | None = Field(None, description="Left out, columns are called as the subject's fields are, and what says no "
                                                  "observed_at was observed when it came")
    checks: list[Check] = []
    nearest_m: Nearest = 0

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, name: str | None) -> str | None:
        """There is such an encoding."""
        if name is not None:
            try:
                codecs.lookup(name)
            except (LookupError, ValueError) as error:
                raise ValueError(f"{name!r} is no encoding") from error
        return name

    @field_validator("topic")
    @classmethod
    def sound(cls, topic: str) -> str:
        """Wildcards stand for whole levels, # is the last, names come once. Raises: ValueError."""
        levels = SHARED.sub("", topic).split("/")
        for level in levels[:-1]:
            if level == "#":
                raise ValueError("# must be the last level")
        for level in levels:
            if level not in ("+", "#") and not NAMED.match(level) and set("+#{}\0") & set(level):
                raise ValueError(f"{level!r} is no level of a topic: +, # and {{name}} stand for a whole one")
        names = [found[1] for found in map(NAMED.match, levels) if found]
        if len(names) != len(set(names)):
            raise ValueError("each {name} may be there once")
        return topic

    @property
    def filter(self) -> str:
        """What the broker is asked for."""
        return "/".join("+" if NAMED.match(level) else level for level in self.topic.split("/"))

    @property
    def plain_filter(self) -> str:
        """The same, as it is written in a list of rights."""
        return SHARED.sub("", self.filter)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the topics look like; its groups are the named levels."""
        written = "/".join(levels(SHARED.sub("", self.topic)))
        return re.compile(written.replace(f"/{REST}", "(?:/.*)?").replace(REST, ".*"), re.DOTALL)

    @cached_property
    def mapping(self) -> Mapping:
        """The mapping, or that of columns that are called as the fields are."""
        return self.map if self.map is not None else by_names(self.subject)


def levels(topic: str) -> Iterator[str]:
    """A topic's levels as regular expressions."""
    for level in topic.split("/"):
        named = NAMED.match(level)
        yield f"(?P<{named[1]}>[^/]*)" if named else {"+": "[^/]*", "#": REST}.get(level) or re.escape(level)


def by_names(subject: str) -> Mapping:
    """Columns are the fields of the same names."""
    return Mapping(columns={field.name: Value(column=field.name, optional=True) for field in FIELDS[subject]})


class Mqtt(Heard):
    """A broker's topics; a message is acknowledged when it is stored, and kept by the broker until then."""

    door: Literal["mqtt"]
    url: Annotated[str, AfterValidator(broker)] | None = Field(
        None, description="mqtt://host:1883, mqtts://, ws:// or wss://; left out, the broker that `run` starts")
    client: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="The client's id, by which the broker keeps what comes meanwhile; left out, made of the source's key")
    user: Variable | None = Field(None, description="The environment variable that holds the user; `secret`: the password's")
    authority: str | None = Field(None, description="A file beside the pack with the certificates that are trusted (PEM)")
    version: Literal["5", "3.1.1"] | None = Field(None, description="Left out, 5 and where the broker does not speak it 3.1.1")
    inflight: Annotated[int, Field(ge=1, le=MOST)] = Field(
        5000, description="So many messages may be under way without being acknowledged (only MQTT 5 can say so)")
    topics: list[Topic] = []
    things: Key | None = Field(
        None, description="Instead of topics: the source's `door: sensorthings` (its key, or the door's name) whose observations "
                          "this broker sends; the topics are those of its Datastreams")
    root: str = Field("v1.1", description="What the topics of `things` begin with")

    @model_validator(mode="after")
    def each_once(self) -> "Mqtt":
        """There are topics or things, topics have keys of their own, and none is asked for twice."""
        if bool(self.topics) == (self.things is not None):
            raise ValueError("exactly one of topics and things must be said")
        for what, given in (("key", [topic.key for topic in self.topics]), ("topic", [topic.filter for topic in self.topics])):
            for number, one in enumerate(given):
                if one is not None and one in given[:number]:
                    raise misplaced(f"{one!r} is there more than once", "topics", number, what)
        return self

    def named(self, number: int) -> str:
        """How batches call one of the topics."""
        return f"{self.name}.{self.topics[number].key or number + 1}"

    def terms(self, name: str) -> Terms | None:
        """How the messages of a topic are read."""
        return next((Terms(one.subject, one.mapping, one.checks, one.nearest_m) for number, one in enumerate(self.topics)
                     if self.named(number) == name), None)
