import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from simulate.door import BadTokens, Door, Refused, Stopped, tokens
from tests.simulate.fake_door import FakeDoor

BODY = json.dumps({"rows": [{"code": "A", "name_zh": "甲", "name_en": "A", "region": "nyc"}]}).encode()


@pytest.fixture
def client(door: FakeDoor) -> Iterator[Door]:
    made = Door(door.url, {"agencies": "sim-cases-token", "cases": "sim-cases-token", "steps": "wrong"}, Event())
    yield made
    made.close()


def test_a_batch_is_answered_with_counts(client: Door) -> None:
    assert client.post("agencies", BODY).taken == 1
    assert client.post("agencies", BODY).seen == 1


FAULTS = {"503": (503, {"Retry-After": "0.2"}), "429": (429, {"Retry-After": "0.2"}), "hung up": (0, {})}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_busy_door_is_asked_again_until_it_takes_the_batch(
        door: FakeDoor, client: Door, fault: tuple[int, dict[str, str]]) -> None:
    door.book.faults += [fault] * 3
    began = time.monotonic()
    assert client.post("agencies", BODY).taken == 1
    assert len(door.book.refused) == 3
    assert fault[0] == 0 or time.monotonic() - began > 0.6


def test_a_line_that_the_server_closed_is_opened_again_at_once(door: FakeDoor, client: Door) -> None:
    client.post("agencies", BODY)
    door.book.faults.append((0, {}))
    began = time.monotonic()
    assert client.post("agencies", BODY).seen == 1
    assert time.monotonic() - began < 0.5


def test_a_wrong_token_is_not_tried_again(client: Door) -> None:
    with pytest.raises(Refused, match="401"):
        client.post("steps", BODY)


def test_waiting_for_a_door_that_is_away_ends_when_asked_to_stop() -> None:
    stop, ended = Event(), []

    def wait() -> None:
        with pytest.raises(Stopped):
            Door("http://127.0.0.1:9", {"agencies": "t"}, stop).post("agencies", BODY)
        ended.append(time.monotonic())

    thread = Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    stop.set()
    thread.join(2)
    assert ended and ended[0] - began < 1


def test_tokens_are_by_subject_and_a_missing_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps({"sim-cases": "a"}))
    assert tokens(file, {"cases": "sim-cases", "steps": "sim-cases"}) == {"cases": "a", "steps": "a"}
    with pytest.raises(BadTokens, match="sim-iot"):
        tokens(file, {"devices": "sim-iot"})
    with pytest.raises(BadTokens, match="cannot read"):
        tokens(tmp_path / "absent.json", {})
