import gzip
import logging
import select
import time
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import Engine, text

from data_access import engine as engines
from ingest.door import create_door
from tests.ingest.conftest import Sender

ONE = orjson.dumps({"rows": [{"code": "B1", "name_zh": "甲", "name_en": "B", "region": "T"}]})
AUTHORISED = {"Authorization": "Bearer secret"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer wrong"},
                                     {"Authorization": "Basic secret"}, {"Authorization": "Bearer \udcff"}])
def test_a_wrong_token_is_told_so_and_stores_nothing(sender: Sender, headers: dict[str, str]) -> None:
    before = sender.value("SELECT count(*) FROM batch")
    got = sender.client.post("/ingest/v1/agencies", data=ONE, headers=headers)
    assert got.status_code == 401
    assert got.headers["WWW-Authenticate"] == "Bearer"
    assert sender.value("SELECT count(*) FROM batch") == before


def test_a_source_without_a_token_takes_nothing(sender: Sender) -> None:
    """Source `sim` has no token: an empty one must not open it."""
    assert sender.client.post("/ingest/v1/agencies", data=ONE, headers={"Authorization": "Bearer "}).status_code == 401


@pytest.mark.parametrize(("body", "told"), [
    (b"", "not JSON"), (b"{", "not JSON"), (b"\xff\xfe", "not JSON"), (b"[]", "must be an object"), (b"5", "must be an object"),
    (b"null", "must be an object"), (b"{}", "either"), (b'{"rows": [], "columns": {}}', "either"), (b'{"rows": []}', "no rows"),
    (b'{"columns": {}}', "no rows"), (b'{"rows": {"a": 1}}', "list of objects"), (b'{"columns": [1]}', "object of lists"),
    (b'{"columns": {"code": [1, 2], "name_en": [1]}}', "differ in length: code 2, name_en 1"),
    (b'{"rows": [{"code": NaN}]}', "not JSON"), (b'{"rows": [{"code": Infinity}]}', "not JSON"),
    (b"[" * 5000 + b"]" * 5000, "not JSON"), (b'{"rows": [{"code": "\\ud800"}]}', "not JSON")])
def test_a_body_that_is_no_batch_is_told_why(sender: Sender, body: bytes, told: str) -> None:
    answer = sender.send_body("agencies", body, status=400)
    assert told in answer["text"]


def test_an_unknown_subject_lists_the_known_ones(sender: Sender) -> None:
    assert "observations" in sender.send_body("robots", ONE, status=404)["text"]


def test_more_rows_than_a_transaction_should_hold_are_refused(sender: Sender) -> None:
    columns = {"device": ["a1"] * 20_001, "property": ["pm25"] * 20_001}
    assert "20001 rows" in sender.send_body("observations", orjson.dumps({"columns": columns}), status=413)["text"]


def test_a_body_over_eight_megabytes_is_refused(sender: Sender) -> None:
    assert sender.send_body("agencies", b" " * (10 << 20), status=413)["error"] == "too_large"


def test_a_gzipped_body_is_taken_like_a_plain_one(sender: Sender) -> None:
    assert sender.counts(sender.send_body("agencies", gzip.compress(ONE), Content_Encoding="gzip")) == (1, 0, 0)
    assert sender.counts(sender.send_body("agencies", ONE)) == (0, 1, 0)


@pytest.mark.parametrize(("body", "status"), [
    (gzip.compress(b" " * (65 << 20)), 413), (gzip.compress(ONE)[:-9], 400), (ONE, 400)], ids=["bomb", "cut", "none"])
def test_a_gzip_bomb_a_cut_one_and_none_at_all_are_refused(sender: Sender, body: bytes, status: int) -> None:
    sender.send_body("agencies", body, status=status, Content_Encoding="gzip")


def test_an_unknown_encoding_is_refused(sender: Sender) -> None:
    sender.send_body("agencies", ONE, status=415, Content_Encoding="br")


def test_the_same_key_gets_the_same_answer_and_stores_once(sender: Sender) -> None:
    rows = [{"code": "K1", "name_zh": "甲", "name_en": "K", "region": "T"}, {"code": "K2"}]
    first = sender.send("agencies", rows, Idempotency_Key="k-1")
    assert sender.counts(first) == (1, 0, 1)
    assert sender.send("agencies", rows, Idempotency_Key="k-1") == first
    assert sender.value("SELECT count(*) FROM reject WHERE batch_id = :batch", batch=first["batch"]) == 1


def test_a_key_of_another_subject_is_not_answered_with_its_answer(sender: Sender) -> None:
    sender.send_body("agencies", ONE, Idempotency_Key="k-2")
    assert sender.send_body("enterprises", ONE, status=409, Idempotency_Key="k-2")["error"] == "key_reused"


def test_an_overlong_key_is_refused(sender: Sender) -> None:
    sender.send_body("agencies", ONE, status=400, Idempotency_Key="x" * 201)


def test_a_batch_tells_who_sent_what_from_where(sender: Sender) -> None:
    batch = sender.send_body("agencies", ONE)["batch"]
    assert sender.rows("SELECT door, origin, subject, taken, seen, rejected FROM batch WHERE batch_id = :b", b=batch) == [
        ("http", "127.0.0.1", "agencies", 0, 1, 0)]


def test_the_log_has_one_line_a_batch_and_nothing_that_was_sent(sender: Sender, caplog: pytest.LogCaptureFixture) -> None:
    evil = "x\r\n2026 tonglan.ingest INFO forged"
    with caplog.at_level(logging.INFO, "tonglan"):
        sender.send("agencies", [{"code": evil, "name_zh": evil, "name_en": evil, "region": evil}])
    assert len(caplog.messages) == 1
    assert "forged" not in caplog.text and "rejected=1" in caplog.text


def test_a_job_is_told_and_finished(sender: Sender) -> None:
    job = {"title_zh": "补录", "title_en": "Back-fill", "unit_zh": "条", "unit_en": "rows", "done": 5, "total": 10}
    assert sender.client.put("/ingest/v1/jobs/fill", json=job, headers=AUTHORISED).status_code == 200
    sender.client.put("/ingest/v1/jobs/fill", json=job | {"done": 10, "finished": True}, headers=AUTHORISED)
    assert sender.rows("SELECT done, total, finished_at IS NULL FROM job WHERE job_key = 'fill'") == [(10, 10, False)]


@pytest.mark.parametrize("job", [[], {"title_zh": "x"}, {"done": -1}, {"done": "many"}])
def test_a_job_that_says_too_little_is_refused(sender: Sender, job: object) -> None:
    assert sender.client.put("/ingest/v1/jobs/fill", json=job, headers=AUTHORISED).status_code == 400


def test_health_says_that_the_database_answers(sender: Sender) -> None:
    assert sender.client.get("/ingest/v1/health").json == {"database": "ok"}


@pytest.fixture
def dead() -> Iterator[Engine]:
    """An engine whose server is not there."""
    made = engines.create("postgresql://nobody@127.0.0.1:1/none", statement_timeout_ms=1000)
    yield made
    made.dispose()


def test_without_a_database_the_sender_is_told_to_come_again(dead: Engine) -> None:
    client = create_door(dead).test_client()
    for got in (client.post("/ingest/v1/agencies", data=ONE, headers=AUTHORISED), client.get("/ingest/v1/health")):
        assert got.status_code == 503
        assert got.headers["Retry-After"] == "2"
        assert b"send again" in got.data


def test_a_batch_cut_off_in_the_middle_stores_nothing_and_is_taken_when_sent_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the session before the commit, as in a failover."""
    from ingest import intake

    before = sender.value("SELECT count(*) FROM batch")
    close = intake.close_batch

    def cut(connection: object, *rest: object) -> None:
        close(connection, *rest)  # type: ignore[arg-type]
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()  # type: ignore[attr-defined]
        with sender.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    rows = [{"code": "F1", "name_zh": "甲", "name_en": "F", "region": "T"}]
    with monkeypatch.context() as patch:
        patch.setattr(intake, "close_batch", cut)
        assert sender.send("agencies", rows, status=503)["error"] == "unavailable"
    assert sender.value("SELECT count(*) FROM batch") == before
    assert sender.counts(sender.send("agencies", rows)) == (1, 0, 0)


def test_a_token_writes_as_its_own_source_only(sender: Sender) -> None:
    """Source sim registered agency S1; source test may not rename it."""
    with sender.engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO agency (code, name_zh, name_en, region_id, source_id) VALUES ('S1', '乙', 'S', 1, 2)"""))
    answer = sender.send("agencies", [{"code": "S1", "name_zh": "甲", "name_en": "Mine", "region": "T"}])
    assert [reason["code"] for reason in answer["reasons"]] == ["not_yours"]
    assert sender.value("SELECT name_en FROM agency WHERE code = 'S1'") == "S"


def test_each_commit_is_told_once_to_those_who_listen(sender: Sender) -> None:
    listener = sender.engine.raw_connection()
    try:
        driver = listener.driver_connection
        assert driver is not None
        driver.set_session(autocommit=True)
        driver.cursor().execute("LISTEN tonglan")
        answer = sender.send_body("agencies", ONE)
        until = time.monotonic() + 10
        while not driver.notifies and time.monotonic() < until:
            select.select([driver], [], [], 1)
            driver.poll()
        told = [orjson.loads(notice.payload) for notice in driver.notifies]
        assert told == [{"subjects": ["agency", "arrival"], "batch": answer["batch"]}]
    finally:
        listener.invalidate()
