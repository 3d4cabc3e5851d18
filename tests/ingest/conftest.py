"""A sender at Smalltown's door."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from data_access.city import City
from ingest.door import create_door
from ingest.intake import Intake
from ingest.load_dataset import load_dataset, prepared
from ingest.pack import Pack, Source, read
from ingest.progress import Progress


@dataclass
class Sender:
    """Sends as source `test` and reads tables back."""

    client: FlaskClient
    engine: Engine
    city: City

    def send(self, subject: str, rows: list[Any], status: int = 200, **headers: str) -> dict[str, Any]:
        """Send rows; the answer."""
        return self.send_body(subject, orjson.dumps({"rows": rows}), status, **headers)

    def send_body(self, subject: str, body: bytes, status: int = 200, **headers: str) -> dict[str, Any]:
        """Send a body; the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        got = self.client.post(f"/ingest/v1/{subject}", data=body, headers={"Authorization": "Bearer secret"} | named)
        assert got.status_code == status, got.get_data(as_text=True)
        answer: dict[str, Any] = orjson.loads(got.get_data())
        return answer

    def rows(self, statement: str, **bound: Any) -> list[tuple[Any, ...]]:
        """What a query says."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), bound)]

    def value(self, statement: str, **bound: Any) -> Any:
        """The one value that a query says."""
        return self.rows(statement, **bound)[0][0]

    def counts(self, answer: dict[str, Any]) -> tuple[int, int, int]:
        """Taken, seen and rejected."""
        return answer["taken"], answer["seen"], answer["rejected"]


@pytest.fixture(scope="module")
def sender(engine: Engine, town: City) -> Sender:
    """A sender at a door of this module's own town, with air stations a1 (block T111) and a2 (block T222)."""
    made = Sender(create_door(engine).test_client(), engine, town)
    station = {"kind": "air", "interval_s": 60, "lat": 0.005, "installed_at": "2026-01-01T00:00:00Z"}
    made.send("devices", [station | {"code": "a1", "name": "West", "lon": 0.005},
                          station | {"code": "a2", "name": "East", "lon": 0.075}])
    return made


Case = Callable[..., dict[str, Any]]


@pytest.fixture
def case() -> Case:
    """A case's row in block T111, reported at noon UTC on 4 March 2026, with changes."""
    def made(name: str, **changes: Any) -> dict[str, Any]:
        return {"id": name, "class": "pothole", "channel": "phone", "title": "A hole", "reported_at": "2026-03-04T12:00:00Z",
                "lon": 0.001, "lat": 0.001} | changes
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files beside a pack."""
    return tmp_path


Load = Callable[..., list[Progress]]


def pack_of(folder: Path, *datasets: dict[str, Any]) -> Pack:
    """A pack of this folder whose only source is Smalltown's `test`, with these datasets."""
    source = Source.model_validate({
        "key": "test", "name": {"zh": "测试", "en": "Test"}, "owner": "Town hall", "licence": "CC0-1.0", "kind": "business",
        "datasets": list(datasets)})
    return read("newyork").model_copy(update={"folder": folder, "sources": [source]})


@pytest.fixture
def load(engine: Engine, town: City, folder: Path) -> Load:
    """Loads a dataset of source `test` from the folder, and tells how it went."""
    def go(declared: dict[str, Any], stop_at: int | None = None) -> list[Progress]:
        told: list[Progress] = []

        def report(progress: Progress) -> None:
            told.append(progress)
            if stop_at is not None and progress.done >= stop_at:
                raise KeyboardInterrupt

        pack = pack_of(folder, declared)
        load_dataset(prepared(engine, Intake(engine), pack, "test", pack.sources[0].datasets[0]), report)
        return told
    return go
