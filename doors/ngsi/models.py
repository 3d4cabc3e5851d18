"""The public Smart Data Models as the door knows them: `models.yaml`, and what of it a city lacks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine

from data_access.engine import sql

FILE = Path(__file__).parent / "models.yaml"
OBSERVED = "Observed"       # types that end so are devices of the plainest kind
SIGNS = re.compile(r"[\W_]+")
KIND = "INSERT INTO device_kind (kind, name_zh, name_en) VALUES (:key, :zh, :en) ON CONFLICT (kind) DO NOTHING"
PROPERTY = """
    INSERT INTO property (key, name_zh, name_en, unit, minimum, maximum) VALUES (:key, :zh, :en, :unit, :minimum, :maximum)
    ON CONFLICT (key) DO NOTHING"""


@dataclass(frozen=True)
class Attribute:
    """What an attribute measures.

    `share`: 0 to 1 stands for 0 to 100 %; `per_hour`: what was counted in the time observed; `turn`: degrees of a direction,
    which may be written below zero.
    """

    property: str
    share: bool = False
    per_hour: bool = False
    turn: bool = False
    words: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Type:
    """What an entity's type is: a kind of device that observes, or a subject."""

    kind: str | None = None
    subject: str = "observations"
    place: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True)
class Models:
    """Everything in the file."""

    kinds: Mapping[str, Mapping[str, str]]
    properties: Mapping[str, Mapping[str, Any]]
    attributes: Mapping[str, Attribute]
    types: Mapping[str, Type]
    units: Mapping[str, str]
    severities: Mapping[str, str]
    events: Mapping[str, str]

    def type(self, name: str) -> Type | None:
        """What a type is; None for one that is not known."""
        return self.types.get(name) or (Type("sensor") if name.endswith(OBSERVED) else None)

    def attribute(self, of: Type, name: str) -> Attribute | None:
        """What an attribute of a type measures; None for one that measures nothing."""
        short = SIGNS.sub("", name).lower()
        return of.attributes.get(short) or self.attributes.get(short)


@cache
def models() -> Models:
    """The models, read once."""
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    types = {name: Type(**{**one, "attributes": attributes(one.get("attributes", {}))}) for name, one in said["types"].items()}
    return Models(**{**said, "attributes": attributes(said["attributes"]), "types": types})


def attributes(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Attribute]:
    """Attributes as the file writes them."""
    return {name: Attribute(**one) for name, one in said.items()}


def add(engine: Engine, kinds: Iterable[str], properties: Iterable[str]) -> None:
    """Give the city the kinds and properties that it lacks. Raises: the database's errors."""
    known = models()
    with engine.begin() as connection:
        for kind in sorted(set(kinds)):
            connection.execute(sql(KIND), {"key": kind, **known.kinds[kind]})
        for key in sorted(set(properties)):
            connection.execute(sql(PROPERTY), {"key": key, **known.properties[key]})


def units(engine: Engine) -> dict[str, str]:
    """The unit of each property that the city has. Raises: the database's errors."""
    with engine.connect() as connection:
        return {row.key: row.unit for row in connection.execute(sql("SELECT key, unit FROM property"))}


def kinds(engine: Engine) -> set[str]:
    """The kinds of device that the city has. Raises: the database's errors."""
    with engine.connect() as connection:
        return set(connection.execute(sql("SELECT kind FROM device_kind")).scalars())
