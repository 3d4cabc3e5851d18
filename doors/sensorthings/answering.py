"""What a GET is answered, for one request alone or within a batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from doors.sensorthings.addresses import NotFound, Target, resolve
from doors.sensorthings.model import ENTITIES, Entity, stream_id
from doors.sensorthings.query import EVERYTHING, Malformed, Query, query
from doors.sensorthings.reading import DEFAULT_PAGE, LARGEST_PAGE, Asked, Budget, Page, identity, next_query, page, shown
from doors.sensorthings.rendering import Row, Shown, address, show

REQUIREMENT = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE = tuple(REQUIREMENT + name for name in (
    "datamodel", "resource-path/resource-path-to-entities", "request-data", "create-update-delete/create-entity",
    "create-update-delete/link-to-existing-entities", "create-update-delete/deep-insert-entity",
    "create-update-delete/deep-insert-status-code", "batch-request/batch-request", "data-array/data-array",
))
COMPONENTS = ("id", "phenomenonTime", "resultTime", "result")


@dataclass(frozen=True)
class Reply:
    """An answer before it is bytes: `body` is JSON, text, or nothing."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def written(body: Any) -> bytes:
    """The body as JSON; instants are in UTC."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def root_document(root: str) -> Reply:
    """What the service holds, and what of the standard it keeps to."""
    return Reply(200, {"value": [{"name": name, "url": f"{root}/{name}"} for name in ENTITIES],
                       "serverSettings": {"conformance": list(CONFORMANCE), REQUIREMENT + "batch-request/batch-request": {
                           "endpoints": [f"{root}/$batch"]}}})


def answer(connection: Connection, root: str, path: str, sent: str, budget: Budget | None = None) -> Reply:
    """Answer a GET; `budget` says how many entities may still be shown. Raises: NotFound; Malformed."""
    if not path.strip("/"):
        return root_document(root)
    asked_for = query(sent)
    target = resolve(connection, path)
    asked = Asked(connection, root, budget or Budget())
    if target.property:
        return property_of(asked, target)
    if target.row is not None:
        return single(asked, target, asked_for)
    return collection(asked, target, asked_for, f"{root}/{path.strip('/')}")


def single(asked: Asked, target: Target, asked_for: Query) -> Reply:
    """One entity. Raises: Malformed."""
    assert target.row is not None
    entity = target.entity
    if asked_for.filter or asked_for.orderby or asked_for.top is not None or asked_for.skip or asked_for.data_array:
        raise Malformed(f"one {entity.singular} can only be asked with $select and $expand")
    if target.reference:
        return Reply(200, {"@iot.selfLink": address(asked.root, entity.plural, identity(entity, target.row))})
    return Reply(200, shown(asked, entity, [target.row], asked_for)[0])


def collection(asked: Asked, target: Target, asked_for: Query, own: str) -> Reply:
    """A page of a collection. Raises: Malformed."""
    entity, size = target.entity, min(DEFAULT_PAGE if asked_for.top is None else asked_for.top, LARGEST_PAGE)
    found = page(asked.connection, entity, target.keys, asked_for, size)
    made: Shown = {} if found.count is None else {"@iot.count": found.count}
    if found.more and found.rows:
        made["@iot.nextLink"] = f"{own}?{next_query(asked_for, len(found.rows))}"
    if target.reference:
        return Reply(200, made | {"value": references(asked, entity, found)})
    if asked_for.data_array:
        return Reply(200, made | {"value": data_arrays(asked, entity, found, asked_for)})
    return Reply(200, made | {"value": shown(asked, entity, found.rows, asked_for)})


def references(asked: Asked, entity: Entity, found: Page) -> list[Shown]:
    """The addresses of a page's entities alone."""
    asked.budget.take(len(found.rows))
    return [{"@iot.selfLink": address(asked.root, entity.plural, identity(entity, row))} for row in found.rows]


def data_arrays(asked: Asked, entity: Entity, found: Page, asked_for: Query) -> list[Shown]:
    """Observations as arrays, one for each Datastream. Raises: Malformed."""
    if entity.plural != "Observations" or asked_for.expand:
        raise Malformed("$resultFormat=dataArray is for Observations alone, without $expand")
    components = [name for name in COMPONENTS if not asked_for.select or name in asked_for.select]
    names = ["@iot.id" if name == "id" else name for name in components]
    lists: dict[int, list[Row]] = {}
    for row in found.rows:
        lists.setdefault(stream_id(row["device_id"], row["property_id"]), []).append(row)
    every = replace(EVERYTHING, select=())
    return [{
        "Datastream@iot.navigationLink": address(asked.root, "Datastreams", number), "components": components,
        "dataArray@iot.count": len(rows),
        "dataArray": [[one[name] for name in names] for one in shown(asked, entity, rows, every)],
    } for number, rows in lists.items()]


def property_of(asked: Asked, target: Target) -> Reply:
    """One property, or a part of it. Raises: NotFound."""
    assert target.row is not None
    first = "@iot.id" if target.property[0] == "id" else target.property[0]
    value: Any = show(target.entity, target.row, asked.root)[first]
    for name in target.property[1:]:
        if not isinstance(value, dict) or name not in value:
            raise NotFound(f"{'/'.join(target.property)} is not there")
        value = value[name]
    if value is None:
        return Reply(204)
    if not target.value:
        return Reply(200, {target.property[-1]: value})
    plain = value if isinstance(value, str) else written(value).decode().strip('"')
    return Reply(200, plain, {"Content-Type": "text/plain; charset=utf-8"})
