"""Batches of a hundred wrong rows at the HTTP door, however they are written: taken + seen + rejected is what was sent.

MALFORMED=100000 sends as many rows instead of the suite's few; how they are made says tests/hostile.py.
"""

import gzip
import time
import zlib
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from ingest.openapi import ANSWER, ERROR
from ingest.rows import FIELDS
from tests.hostile import TOGETHER, TRIED, Hostile, with_hostile
from tests.ingest.conftest import Sender
from tests.ingest.test_malformed import GOOD

TAKEN, REFUSED = Draft202012Validator(ANSWER), Draft202012Validator(ERROR)
HEADERS = {"Authorization": "Bearer secret"}
LINES = "application/x-ndjson"
STATUSES = (400, 404, 409, 413, 415)
AGAIN = (429, 503)      # what a door says that cannot take it now, on a machine that has other work: a sender comes again
PATIENCE_S = 300


def rows(rubbish: Hostile, subject: str) -> list[Any]:
    """Rows of a subject: good but for a few fields, or none at all."""
    names = [field.name for field in FIELDS[subject]]
    return [
        rubbish.value(names)
        if rubbish.chance(0.05)
        else rubbish.changed_object(
            {**GOOD[subject], "id": f"m{rubbish.randrange(500)}"} if "id" in names else GOOD[subject], names
        )
        for _ in range(TOGETHER)
    ]


def written(rubbish: Hostile, sent: list[Any], names: list[str]) -> tuple[bytes, str, int]:
    """A body that can be read: as rows, as columns or by the line, its type, and how many rows it has."""
    kind = rubbish.random()
    if kind < 0.5:
        return read_by_all({"rows": sent}), "application/json", len(sent)
    if kind < 0.75:
        objects = [one if isinstance(one, dict) else {} for one in sent]
        return (
            read_by_all({"columns": {name: [one.get(name) for one in objects] for name in names}}),
            "application/json",
            len(sent),
        )
    lines = [rubbish.damaged(line, 2).replace(b"\n", b"") if rubbish.chance(0.1) else line for line in map(read_by_all, sent)]
    return rubbish.choice((b"\n", b"\r\n", b"\n\n")).join(lines), LINES, sum(not one.isspace() and bool(one) for one in lines)


def read_by_all(value: Any) -> bytes:
    """JSON that everybody reads; what is none is made null or text."""
    return orjson.dumps(readable(value))


def readable(value: Any) -> Any:
    """The value without numbers beyond 64 bits and half characters."""
    if isinstance(value, dict):
        return {readable(name): readable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [readable(inner) for inner in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return float(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value


def answer_to(sender: Sender, subject: str, body: bytes, headers: dict[str, str]) -> TestResponse:
    """What the door says, when it has time."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        got = sender.client.post(f"/ingest/v1/{subject}", data=body, headers=headers)
        if got.status_code not in AGAIN or time.monotonic() > deadline:
            return got
        time.sleep(float(got.headers["Retry-After"]))


@with_hostile(few=4)
def test_every_row_of_a_batch_is_taken_or_kept(sender: Sender, rubbish: Hostile) -> None:
    subject = rubbish.choice(sorted(FIELDS))
    sent = rows(rubbish, subject)
    body, mimetype, count = written(rubbish, sent, [field.name for field in FIELDS[subject]])
    headers = HEADERS | {"Content-Type": mimetype}
    if rubbish.chance(0.3):
        body, headers = gzip.compress(body), headers | {"Content-Encoding": "gzip"}
    if rubbish.chance(0.3):
        headers = headers | {"Idempotency-Key": f"{rubbish.getrandbits(64)}"}
    got = answer_to(sender, subject, body, headers)
    assert got.status_code == 200, got.get_data(as_text=True)
    answer = orjson.loads(got.data)
    TAKEN.validate(answer)
    TRIED["rows of HTTP batches"] += count
    assert answer["taken"] + answer["seen"] + answer["rejected"] == count
    kept = sender.rows("SELECT row_no, reasons FROM reject WHERE batch_id = :batch", batch=answer["batch"])
    assert len(kept) == answer["rejected"] and all(reasons for _, reasons in kept)
    if "Idempotency-Key" in headers:
        again = answer_to(sender, subject, body, headers)
        assert orjson.loads(again.data)["batch"] == answer["batch"]


@with_hostile(few=2)
def test_a_damaged_body_is_refused_or_read_never_failed(sender: Sender, rubbish: Hostile) -> None:
    """Half of its bytes may be gone, its types wrong, its gzip cut off, its encoding unheard of."""
    for _ in range(TOGETHER):
        subject = rubbish.choice((*FIELDS, "birds", "\0"))
        good = GOOD.get(subject, {"id": "x"})
        value = rubbish.choice(
            ({"rows": [good]}, {"columns": {name: [one] for name, one in good.items()}}, {"rows": 5}, [good], good)
        )
        body = rubbish.damaged(rubbish.json(rubbish.changed(value, ("rows", "columns", *good))))
        headers = HEADERS | {
            "Content-Type": rubbish.choice(("application/json", LINES, "text/plain", "multipart/form-data; boundary=", ""))
        }
        if rubbish.chance(0.3):
            body, headers = rubbish.damaged(gzip.compress(body), 1), headers | {"Content-Encoding": "gzip"}
        elif rubbish.chance(0.05):
            body, headers = zlib.compress(body), headers | {"Content-Encoding": rubbish.choice(("deflate", "br", "gzip"))}
        if rubbish.chance(0.1):
            headers = headers | {"Idempotency-Key": "".join(one for one in rubbish.text() if one.isprintable() and one.isascii())}
        got = answer_to(sender, subject.replace("\0", "%00"), body, headers)
        TRIED["damaged bodies of HTTP batches"] += 1
        if got.status_code == 200:
            answer = orjson.loads(got.data)
            assert answer["taken"] + answer["seen"] + answer["rejected"] > 0
        else:
            assert got.status_code in STATUSES, (got.status_code, got.get_data(as_text=True), body)
            REFUSED.validate(orjson.loads(got.data))
