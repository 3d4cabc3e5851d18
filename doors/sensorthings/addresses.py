"""Resource paths: `Things(1)/Datastreams`, `Datastreams(32769)/unitOfMeasurement`, `Sensors('air')/name/$value`."""

import re
from dataclasses import dataclass, field

from sqlalchemy import Connection

from doors.sensorthings.model import ENTITIES, Entity, Keys
from doors.sensorthings.query import Malformed
from doors.sensorthings.reading import one
from doors.sensorthings.rendering import Row

LONGEST = 1000
MOST_STEPS = 12
STEP = re.compile(r"(?P<name>\$?[A-Za-z@][A-Za-z0-9_.@-]*)(?:\((?P<id>'(?:[^']|'')*'|[^'()/]*)\))?(?:/|$)")


class NotFound(Exception):
    """There is nothing at an address."""


@dataclass(frozen=True)
class Step:
    """One step of a path; `id` is None where a whole collection, a single relation or a property is meant."""

    name: str
    id: str | None


@dataclass(frozen=True)
class Target:
    """What an address leads to: a collection of those that have the keys, or one entity (`row`), and what of it."""

    entity: Entity
    keys: Keys
    row: Row | None = None
    property: tuple[str, ...] = field(default=())
    value: bool = False
    reference: bool = False


def steps(path: str) -> list[Step]:
    """The steps of a path. Raises: NotFound; Malformed."""
    path = path.strip("/")
    if len(path) > LONGEST or "\0" in path:
        raise NotFound("there is nothing at this address")
    found, at = [], 0
    while at < len(path):
        match = STEP.match(path, at)
        if match is None:
            raise NotFound(f"the address cannot be read from {path[at:at + 40]!r} on")
        found.append(Step(match["name"], match["id"]))
        at = match.end()
    if len(found) > MOST_STEPS:
        raise Malformed(f"an address has at most {MOST_STEPS} steps")
    return found


def identifier(written: str) -> str | int:
    """An id as it stands in an address."""
    if written.startswith("'"):
        return written[1:-1].replace("''", "'")
    return int(written) if re.fullmatch(r"\d{1,18}", written, re.ASCII) else written


def resolve(connection: Connection, path: str) -> Target:
    """Follow an address; every entity on its way must be there. Raises: NotFound; Malformed."""
    first, *rest = steps(path) or [Step("", None)]
    if first.name not in ENTITIES:
        raise NotFound(f"there is no entity set {first.name!r}; there are {', '.join(ENTITIES)}")
    target = entered(connection, Target(ENTITIES[first.name], {}), first.id)
    for number, step in enumerate(rest):
        if step.name == "$ref" and number == len(rest) - 1 and step.id is None:
            return Target(target.entity, target.keys, target.row, reference=True)
        if target.row is None:
            raise NotFound(f"{step.name} follows a collection; name one of its entities, like {target.entity.plural}(1)")
        if step.name not in target.entity.links:
            return with_property(target, rest[number:])
        link = target.entity.links[step.name]
        further = Target(ENTITIES[link.target], {name: target.row[name] for name in link.keys})
        if link.many:
            target = entered(connection, further, step.id)
        elif step.id is not None:
            raise NotFound(f"there is one {step.name} only; leave ({step.id}) out")
        else:
            target = present(connection, further)
    return target


def entered(connection: Connection, collection: Target, written: str | None) -> Target:
    """One entity of a collection, or the collection itself where no id is said. Raises: NotFound."""
    if written is None:
        return collection
    keys = collection.entity.keys_of(identifier(written))
    if keys is None or any(collection.keys.get(name, value) != value for name, value in keys.items()):
        raise NotFound(f"there is no {collection.entity.singular} {written}")
    return present(connection, Target(collection.entity, {**collection.keys, **keys}))


def present(connection: Connection, target: Target) -> Target:
    """The entity of the keys. Raises: NotFound."""
    row = one(connection, target.entity, target.keys)
    if row is None:
        raise NotFound(f"there is no such {target.entity.singular}")
    return Target(target.entity, target.keys, row)


def with_property(target: Target, rest: list[Step]) -> Target:
    """A property of an entity, or a part of it, as JSON or as it is (`$value`). Raises: NotFound."""
    value = rest[-1].name == "$value" and len(rest) > 1
    names = tuple(step.name for step in (rest[:-1] if value else rest))
    known = names[0] in target.entity.selectable or names[0] in ("@iot.id", "@iot.selfLink")
    if not known or any(step.id is not None for step in rest):
        raise NotFound(f"{target.entity.plural} have no {names[0]}; there are "
                       f"{', '.join((*target.entity.selectable, *target.entity.links))}")
    return Target(target.entity, target.keys, target.row, names, value)
