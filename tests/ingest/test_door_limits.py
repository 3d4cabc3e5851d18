"""The door under load, who may send, and what it says of itself."""

from pathlib import Path
from threading import Event, Thread

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from ingest import door, openapi, tokens
from ingest.room import Full, Room
from ingest.rows import FIELDS
from tests.asking import ask_all
from tests.ingest.conftest import Case, Sender

EXAMPLES = 8  # of each operation


def test_what_does_not_fit_waits_and_goes_in_when_there_is_room() -> None:
    room, inside, leave, done = Room(10, 30), Event(), Event(), Event()

    def first() -> None:
        with room.hold(8):
            inside.set()
            leave.wait(30)

    def second() -> None:
        with room.hold(3):
            done.set()

    threads = [Thread(target=first), Thread(target=second)]
    threads[0].start()
    assert inside.wait(30)
    threads[1].start()
    with room.hold(2):
        assert not done.is_set()
    leave.set()
    assert done.wait(30)
    for thread in threads:
        thread.join(30)
    assert room.used == 0


def test_what_waits_too_long_finds_it_full_and_one_larger_than_the_room_goes_alone() -> None:
    room = Room(10, 0.01)
    with room.hold(99), pytest.raises(Full), room.hold(1):
        raise AssertionError("it was full")
    assert room.used == 0


def test_a_full_door_tells_senders_to_come_again(sender: Sender, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "Room", lambda most, longest_s: Room(most, 0.01, used=most))
    client = door.create_door(sender.engine).test_client()
    got = client.post("/ingest/v1/cases", json={"rows": [case("full")]}, headers={"Authorization": "Bearer secret"})
    assert (got.status_code, got.headers["Retry-After"], got.get_json()["error"]) == (429, "2", "busy")
    assert sender.value("SELECT count(*) FROM city_case WHERE external_id = 'full'") == 0


def test_a_new_token_shuts_out_the_old_one_and_a_revoked_one_opens_nothing(sender: Sender, tmp_path: Path, case: Case) -> None:
    def sent(token: str) -> int:
        client, headers = door.create_door(sender.engine).test_client(), {"Authorization": f"Bearer {token}"}
        return client.post("/ingest/v1/cases", json={"rows": [case("t")]}, headers=headers).status_code

    with sender.engine.begin() as connection:
        first = tokens.renew(connection, tmp_path, "sim")
    assert sent(first) == 200
    with sender.engine.begin() as connection:
        second = tokens.renew(connection, tmp_path, "sim")
    assert (sent(first), sent(second), tokens.read(tmp_path / tokens.FILE)) == (401, 200, {"sim": second})
    with sender.engine.begin() as connection:
        tokens.revoke(connection, tmp_path, "sim")
    assert (sent(second), tokens.read(tmp_path / tokens.FILE)) == (401, {})
    with sender.engine.begin() as connection, pytest.raises(tokens.UnknownSource, match="there are: sim, test"):
        tokens.revoke(connection, tmp_path, "nobody")


def test_the_description_names_every_subject_and_fits_what_the_door_takes(sender: Sender, case: Case) -> None:
    told = sender.client.get("/ingest/v1/openapi.json").get_json()
    assert told == openapi.description()
    assert set(told["paths"]) >= {f"/ingest/v1/{subject}" for subject in FIELDS}
    row = case("d1", steps=[{"step": "registered", "at": "2026-03-04T13:00:00Z"}], lon=None)
    schema = {"$ref": "#/components/schemas/Cases", "components": told["components"]}
    Draft202012Validator(schema).validate(row)
    assert list(Draft202012Validator(schema).iter_errors(row | {"title": 5}))
    answer = sender.send("cases", [case("d1"), {}])
    Draft202012Validator(told["components"]["schemas"]["Answer"]).validate(answer)


@schemathesis.serializer("application/x-ndjson")
def as_lines(context: object, value: object) -> bytes:
    """What schemathesis makes up for a body of lines."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def test_whatever_is_sent_is_answered_as_described(sender: Sender) -> None:
    """Made-up requests of every operation, good and bad ones: each is answered, none by a fault, all as the description says."""
    tried = ask_all(sender.client.application, "/ingest/v1/openapi.json", lambda: {"Authorization": "Bearer secret"}, EXAMPLES)
    assert tried.total() >= len(FIELDS) * EXAMPLES // 2
    assert {200, 400} <= set(tried)
    assert sender.value("SELECT sum(taken + seen + rejected) FROM batch") > 0
