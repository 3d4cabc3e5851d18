"""The JSON Schemas of a pack's files, for editors and for programs of others."""

import json
from pathlib import Path
from typing import Any

from ingest.pack.city import Pack
from ingest.pack.faults import FILLED
from ingest.pack.sources import Source

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of city.yaml and that of each file in sources/, by their files' names."""
    city = Pack.model_json_schema(by_alias=True)
    for name in FILLED:
        del city["properties"][name]
    city["required"] = [name for name in city["required"] if name not in FILLED]
    city["$defs"] = used(city)
    return {"city.json": {"$schema": DRAFT, **city}, "source.json": {"$schema": DRAFT, **Source.model_json_schema(by_alias=True)}}


def used(schema: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a schema still refers to."""
    names: set[str] = set()
    waiting: list[Any] = [{key: value for key, value in schema.items() if key != "$defs"}]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/$defs/")
            if name and name not in names:
                names.add(name)
                waiting.append(schema["$defs"][name])
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return {name: definition for name, definition in schema["$defs"].items() if name in names}


def written(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write(folder: Path) -> list[Path]:
    """Write the schemas. Returns: their files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, schema in schemas().items():
        (folder / name).write_text(written(schema), encoding="utf-8")
        made.append(folder / name)
    return made
