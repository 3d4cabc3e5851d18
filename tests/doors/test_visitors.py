"""What is stored is told to who has a token, and to everybody only where the operator says so."""

import json
from collections.abc import Mapping

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from data_access.city import City
from doors.serving import create_doors
from doors.state import States
from doors.visitors import READABLE, Visitors
from settings import ReadToken, Settings

READER = "a reader's own token"
THINGS = "/sensorthings/v1.1/Things"
FACTS = (THINGS, "/sensorthings/v1.1/Observations", "/open311/v2/requests.json", "/open311/v2/requests/1.json",
         "/open311/v2/tokens/x.json")
OPEN = ("/sensorthings/v1.1/", "/sensorthings/v1.1/openapi.json", "/open311/v2/openapi.json", "/open311/discovery.json",
        "/open311/v2/services.json", "/open311/v2/services/pothole.json")
BATCH = {"requests": [{"id": "1", "method": "get", "url": "Things"},
                      {"id": "2", "method": "post", "url": "Things", "body": {"name": "Mast"}}]}


def bearer(token: str) -> Mapping[str, str]:
    """The header that bears a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("address", FACTS)
def test_facts_are_read_by_the_token_of_a_sender_or_a_reader_and_by_nobody_else(
    engine: Engine, town: City, address: str,
) -> None:
    http = create_doors(engine, States(engine), visitors=Visitors(tokens=(READER,))).test_client()
    refused = 403 if "open311" in address else 401
    for headers in ({}, bearer("wrong"), {"Authorization": f"Basic {READER}"}):
        assert http.get(address, headers=headers).status_code == refused
    for token in ("secret", READER):
        assert http.get(address, headers=bearer(token)).status_code in (200, 404)


def test_an_api_key_in_the_address_opens_requests(engine: Engine, town: City) -> None:
    http = create_doors(engine, States(engine)).test_client()
    assert http.get("/open311/v2/requests.json?api_key=secret").status_code == 200
    answer = http.get("/open311/v2/requests.json?api_key=wrong")
    assert (answer.status_code, "invalid api_key" in answer.get_data(as_text=True)) == (403, True)
    assert "missing api_key" in http.get("/open311/v2/requests.json").get_data(as_text=True)


@pytest.mark.parametrize("address", OPEN)
def test_what_a_door_takes_is_told_to_everybody(engine: Engine, town: City, address: str) -> None:
    assert create_doors(engine, States(engine)).test_client().get(address).status_code == 200


@pytest.mark.parametrize("door", READABLE)
def test_a_public_door_is_read_by_everybody_and_the_other_one_is_not(engine: Engine, town: City, door: str) -> None:
    http = create_doors(engine, States(engine), visitors=Visitors(public=[door])).test_client()
    for address in FACTS:
        assert (http.get(address).status_code in (200, 404)) == (door in address)
    assert http.post(THINGS, json={"name": "Mast"}).status_code == 401


def test_a_batch_reads_by_a_readers_token_and_writes_by_none_of_them(engine: Engine, town: City) -> None:
    http = create_doors(engine, States(engine), visitors=Visitors(tokens=(READER,))).test_client()
    assert http.post("/sensorthings/v1.1/$batch", json=BATCH).status_code == 401
    answers = json.loads(http.post("/sensorthings/v1.1/$batch", json=BATCH, headers=bearer(READER)).data)["responses"]
    assert [one["status"] for one in answers] == [200, 401]
    assert http.post(THINGS, json={"name": "Mast"}, headers=bearer(READER)).status_code == 401
    assert http.post("/ingest/v1/devices", json={"rows": []}, headers=bearer(READER)).status_code == 401


def test_who_may_read_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings().public_doors, Settings().read_tokens) == ((), ())
    monkeypatch.setenv("PUBLIC_DOORS", "open311 sensorthings")
    monkeypatch.setenv("READ_TOKENS", f"portal:{'x' * 16}  lab:{'y' * 16}")
    said = Settings()
    assert (said.public_doors, said.read_tokens) == (READABLE, (ReadToken("portal", "x" * 16), ReadToken("lab", "y" * 16)))
    assert "x" * 16 not in repr(said)
    for name, wrong in (("READ_TOKENS", "portal"), ("READ_TOKENS", "portal:short"), ("PUBLIC_DOORS", "cap")):
        monkeypatch.setenv(name, wrong)
        with pytest.raises(ValidationError) as error:
            Settings()
        assert "short" not in str(error.value).replace("too short", "")
        monkeypatch.setenv(name, "")
