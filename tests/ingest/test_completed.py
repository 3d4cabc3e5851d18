from hashlib import sha256

from sqlalchemy import text

from tests.ingest.conftest import Sender

OTHER = "Bearer other"
MESSAGE = {"id": "m1", "channel": "phone", "topic": "noise", "occurred_at": "2026-03-04T12:00:00Z", "region": "T111"}
WARNING = {"id": "w1", "event_zh": "暴雨", "event_en": "Rain", "severity": "severe", "headline_zh": "有雨",
           "headline_en": "Rain ahead", "sent_at": "2026-03-04T12:00:00Z", "onset_at": "2026-03-04T14:00:00Z",
           "expires_at": "2026-03-05T12:00:00Z", "region": "T"}
SHOP = {"id": "e1", "name": "Shop", "industry": "retail", "status": "active",
        "registered_at": "2020-03-04T12:00:00Z", "region": "T2"}


def test_a_message_is_completed_and_keeps_what_is_not_said_again(sender: Sender) -> None:
    assert sender.counts(sender.send("messages", [MESSAGE | {"body": "Too loud", "answered_s": 12}])) == (1, 0, 0)
    assert sender.counts(sender.send("messages", [MESSAGE | {"solved": False, "satisfaction": 2}])) == (1, 0, 0)
    assert sender.counts(sender.send("messages", [MESSAGE])) == (0, 1, 0)
    assert sender.rows("SELECT body, answered_s, solved, satisfaction FROM message") == [("Too loud", 12, False, 2)]


def test_both_tellings_in_one_batch_come_to_the_same(sender: Sender) -> None:
    answer = sender.send("messages", [MESSAGE | {"id": "m2"}, MESSAGE | {"id": "m2", "solved": True}, MESSAGE | {"id": "m2"}])
    assert sender.counts(answer) == (2, 1, 0)
    assert sender.value("SELECT solved FROM message WHERE external_id = 'm2'") is True


def test_a_message_finds_its_case_by_name(sender: Sender) -> None:
    sender.send("cases", [{"id": "c1", "class": "noise", "channel": "phone", "title": "Noise",
                           "reported_at": "2026-03-04T12:00:00Z", "region": "T111"}])
    sender.send("messages", [MESSAGE | {"id": "m3", "case": "c1"}])
    assert sender.value("SELECT c.external_id FROM message m JOIN city_case c USING (case_id) WHERE m.external_id = 'm3'") == "c1"


def test_a_message_finds_the_case_that_another_source_numbers(sender: Sender) -> None:
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE source SET token_hash = :of_other WHERE key = 'sim'"),
                           {"of_other": sha256(b"other").hexdigest()})
    early = [MESSAGE | {"id": "m4", "case": "theirs"}, MESSAGE | {"id": "m5", "case": "nobody's"}]
    sender.send("messages", early, Authorization=OTHER)
    case = {"class": "noise", "channel": "phone", "title": "Noise", "reported_at": "2026-03-04T12:00:00Z", "region": "T111"}
    sender.send("cases", [case | {"id": "theirs"}, case | {"id": "both"}])
    found = ("SELECT c.external_id, s.key FROM message m JOIN city_case c USING (case_id)"
             " JOIN source s ON s.source_id = c.source_id")
    assert sender.rows(f"{found} WHERE m.external_id = 'm4'") == [("theirs", "test")], "one source alone sends cases"
    sender.send("cases", [case | {"id": "both"}], Authorization=OTHER)
    again = [MESSAGE | {"id": "m6", "case": "both"}, MESSAGE | {"id": "m7", "case": "theirs"}]
    sender.send("messages", again, Authorization=OTHER)
    assert sender.rows(f"{found} WHERE m.external_id IN ('m5', 'm6', 'm7') ORDER BY 1") == [("both", "sim"), ("theirs", "test")]


def test_a_warning_is_ended(sender: Sender) -> None:
    sender.send("warnings", [WARNING])
    assert sender.counts(sender.send("warnings", [WARNING | {"ended_at": "2026-03-04T18:00:00Z"}])) == (1, 0, 0)
    assert sender.value("SELECT ended_at = '2026-03-04T18:00:00Z' FROM warning")
    answer = sender.send("warnings", [WARNING | {"id": "w2", "expires_at": "2026-03-04T13:00:00Z"}])
    assert [reason["code"] for reason in answer["reasons"]] == ["order"]


def test_an_enterprise_closes(sender: Sender) -> None:
    sender.send("enterprises", [SHOP])
    closed = SHOP | {"status": "closed", "closed_at": "2026-03-01T00:00:00Z"}
    assert sender.counts(sender.send("enterprises", [closed])) == (1, 0, 0)
    assert sender.counts(sender.send("enterprises", [closed])) == (0, 1, 0)
    assert sender.rows("SELECT status, closed_at IS NULL FROM enterprise") == [("closed", False)]


def test_whole_numbers_have_no_fraction(sender: Sender) -> None:
    answer = sender.send("messages", [MESSAGE | {"id": "m9", "satisfaction": 4.5}, MESSAGE | {"id": "m9", "satisfaction": 6},
                                      MESSAGE | {"id": "m9", "solved": "yes"}])
    assert [(reason["field"], reason["code"]) for reason in answer["reasons"]] == [
        ("satisfaction", "type"), ("satisfaction", "range"), ("solved", "type")]
