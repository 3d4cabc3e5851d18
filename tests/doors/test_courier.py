"""What a door hands over is stored when the call returns, once; what cannot be taken is kept whole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access import engine as engines
from data_access.city import City
from doors.courier import Courier, Cursor, Unavailable, UnknownSource
from ingest.mapping.spec import Mapping

Rows = Callable[..., list[tuple[Any, ...]]]
AT = "2026-03-04T17:00:00Z"
LOCATED = Mapping.model_validate({
    "columns": {"code": "id", "name": "id", "kind": {"value": "air"}, "interval_s": {"value": "60"},
                "installed_at": "since"},
    "place": {"point": "location.value"}})


def message(name: str, **changes: Any) -> dict[str, Any]:
    return {"id": name, "channel": "app", "topic": "roads", "occurred_at": AT, "lon": 0.005, "lat": 0.005} | changes


def test_rows_are_stored_when_it_returns_and_seen_when_they_come_again(courier: Courier, rows: Rows) -> None:
    first = courier.give("test", "messages", [message("a"), message("b")], door="app", origin="here")
    assert (first.taken, first.seen, first.rejected) == (2, 0, 0)
    assert rows("SELECT door, origin, taken FROM batch WHERE batch_id = :id", id=first.batch) == [("app", "here", 2)]
    again = courier.give("test", "messages", [message("a"), message("b")], door="app", origin="here")
    assert (again.taken, again.seen) == (0, 2)
    assert rows("SELECT count(*) FROM message WHERE external_id IN ('a', 'b')") == [(2,)]


def test_a_key_answers_the_same_again(courier: Courier) -> None:
    given = [courier.give("test", "messages", [message("k")], door="app", origin="here", key="once") for _ in range(2)]
    assert given[0] == given[1]


def test_a_refused_row_is_kept_beside_what_it_was_made_of(courier: Courier, rows: Rows) -> None:
    answer = courier.give("test", "messages", [message("c", lon=99.0), message("d")], door="app", origin="here",
                          whole=[{"said": "c\0"}, {"said": "d"}])
    assert (answer.taken, answer.rejected, answer.reasons[0]["row"]) == (1, 1, 1)
    (kept,), = rows("SELECT row FROM reject WHERE batch_id = :id", id=answer.batch)
    assert (kept["id"], kept["lon"], kept["message"]) == ("c", 99.0, {"said": "c␀"})


def test_a_message_that_nobody_can_read_is_kept_with_its_reason(courier: Courier, rows: Rows) -> None:
    answer = courier.refuse("test", "messages", b"\xff<not", code="unreadable", text="it is no JSON", door="app", origin="here")
    assert rows("SELECT row, reasons FROM reject WHERE batch_id = :id", id=answer.batch) == [
        ("\\xff<not", [{"field": None, "code": "unreadable", "text": "it is no JSON"}])]


def test_a_cursor_is_written_with_the_rows_and_without_any(courier: Courier) -> None:
    assert courier.cursor("test", "app", "list") is None
    courier.give("test", "messages", [message("e")], door="app", origin="here", cursor=Cursor("app", "list", {"since": AT}))
    assert courier.cursor("test", "app", "list") == {"since": AT}
    courier.give("test", "messages", [], door="app", origin="here", cursor=Cursor("app", "list", [1]))
    assert courier.cursor("test", "app", "list") == [1]


def test_objects_come_through_a_mapping_and_may_lack_what_it_names(courier: Courier, rows: Rows) -> None:
    point = {"type": "Point", "coordinates": [0.015, 0.005]}
    sent: list[dict[str, Any]] = [{"id": "m1", "location": {"type": "geo:json", "value": point}}, {"id": "m2"}]
    answer = courier.give("test", "devices", sent, door="mqtt", origin="broker", map=LOCATED)
    assert (answer.taken, answer.rejected) == (1, 1)
    assert rows("SELECT r.code FROM device JOIN region r USING (region_id) WHERE device.code = 'm1'") == [("T112",)]
    assert rows("SELECT row FROM reject WHERE batch_id = :id", id=answer.batch) == [({"id": "m2"},)]


def test_a_mapping_that_does_not_fit_loses_no_message(courier: Courier, rows: Rows) -> None:
    wrong = Mapping.model_validate({"columns": {"codes": "id"}})
    answer = courier.give("test", "devices", [{"id": "m3"}], door="mqtt", origin="broker", map=wrong)
    assert (answer.rejected, [one["code"] for one in answer.reasons]) == (1, ["mapping"])
    assert rows("SELECT row, reasons -> 0 ->> 'code' FROM reject WHERE batch_id = :id", id=answer.batch) == [
        ({"id": "m3"}, "mapping")]


def test_times_of_python_are_times(courier: Courier, rows: Rows) -> None:
    at = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    courier.give("test", "messages", [message("t", occurred_at=at + timedelta(hours=1))], door="app", origin="here")
    assert rows("SELECT occurred_at FROM message WHERE external_id = 't'") == [(at + timedelta(hours=1),)]


def test_a_source_that_nobody_knows_is_told(courier: Courier) -> None:
    with pytest.raises(UnknownSource, match="no source 'nobody'"):
        courier.give("nobody", "messages", [message("x")], door="app", origin="here")


def test_a_database_that_does_not_answer_stores_nothing_and_says_so(town: City) -> None:
    dead: Engine = engines.create("postgresql+psycopg2://nobody@127.0.0.1:1/none", statement_timeout_ms=1000)
    with pytest.raises(Unavailable):
        Courier(dead).give("test", "messages", [message("x")], door="app", origin="here")
