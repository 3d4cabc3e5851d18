"""Observations as SensorThings sends them, made rows; and questions read without a database."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doors.sensorthings.filtering import Bound, where
from doors.sensorthings.matching import kind_of, property_of
from doors.sensorthings.messages import Stream, observation_rows, stream_of
from doors.sensorthings.model import ENTITIES, observation_id, observation_keys, stream_id, stream_keys
from doors.sensorthings.query import AllOf, AnyOf, Comparison, Malformed, NoneOf, query
from doors.sensorthings.rendering import show
from ingest.mapping.units import UnknownUnit

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
STREAMS: dict[int | str, Stream] = {5: stream_of("a1", "temperature", "°F", "°C"), "x": Stream("a2", "pm25")}


def rows(message: Any, **more: Any) -> list[tuple[Any, ...]]:
    """The rows of a message: device, property, time and value."""
    return [tuple(row.values()) for row, _ in observation_rows(message, lambda ids: STREAMS, NOW, **more)]


@pytest.mark.parametrize(("message", "expected"), [
    ({"Datastream": {"@iot.id": 5}, "phenomenonTime": "2026-03-04T10:00:00Z", "result": 212},
     ("a1", "temperature", "2026-03-04T10:00:00Z", 100.0)),
    ({"Datastream": {"@iot.id": "x"}, "result": "7", "resultTime": "2026-03-04T10:00:00Z"},
     ("a2", "pm25", "2026-03-04T10:00:00Z", 7.0)),
    ({"Datastream": {"@iot.selfLink": "http://h/v1.1/Datastreams('x')"}, "result": True}, ("a2", "pm25", NOW.isoformat(), 1.0)),
    ({"Datastream@iot.navigationLink": "Datastreams(5)", "result": "much"}, ("a1", "temperature", NOW.isoformat(), "much")),
    ({"Datastream": {"id": "5"}, "result": None}, ("a1", "temperature", NOW.isoformat(), None)),
    ({"Datastream": {"@iot.id": 6}, "result": 1}, ("Datastreams(6)", "Datastreams(6)", NOW.isoformat(), 1)),
    ({"result": 1}, (None, None, NOW.isoformat(), 1)), (17, (None, None, NOW.isoformat(), 17))])
def test_an_observation_is_a_row_of_its_datastream(message: Any, expected: tuple[Any, ...]) -> None:
    """212 °F are 100 °C."""
    assert rows(message) == [expected]


def test_the_topic_names_the_datastream_where_the_message_does_not() -> None:
    assert rows({"result": 1}, stream="x") == [("a2", "pm25", NOW.isoformat(), 1)]
    assert rows({"result": 1, "Datastream": {"@iot.id": 5}}, stream="x")[0][0] == "a1"


@pytest.mark.parametrize(("when", "expected"), [("start", "2026-03-04T10:00:00Z"), ("end", "2026-03-04T11:00:00Z")])
def test_either_end_of_an_interval_may_count(when: Any, expected: str) -> None:
    message = {"phenomenonTime": "2026-03-04T10:00:00Z/2026-03-04T11:00:00Z", "result": 1}
    assert rows(message, stream="x", when=when)[0][2] == expected


def test_a_data_array_is_a_row_for_each_of_its_lists() -> None:
    message = [{"Datastream": {"@iot.id": "x"}, "components": ["result", "phenomenonTime"],
                "dataArray": [[1, "2026-03-04T10:00:00Z"], [2], 3]}, {"Datastream": {"@iot.id": 5}, "dataArray": [[32]]}]
    assert rows(message) == [
        ("a2", "pm25", "2026-03-04T10:00:00Z", 1), ("a2", "pm25", NOW.isoformat(), 2), ("a2", "pm25", NOW.isoformat(), 3),
        ("a1", "temperature", NOW.isoformat(), None)]


def test_a_unit_that_cannot_be_the_citys_is_told() -> None:
    with pytest.raises(UnknownUnit):
        stream_of("a1", "temperature", "kg", "°C")


def test_an_id_says_what_it_is_made_of_and_leads_back() -> None:
    assert stream_id(2, 3) == 65539 and stream_keys("65539") == {"device_id": 2, "property_id": 3}
    name = observation_id(2, 3, NOW)
    assert name == "65539-1772625600000000"
    assert observation_keys(name) == {"device_id": 2, "property_id": 3, "observed_at": NOW}


def test_an_observation_is_shown_with_its_address_and_those_of_what_is_related() -> None:
    row = {"device_id": 2, "property_id": 3, "observed_at": NOW, "value": 1.5}
    assert show(ENTITIES["Observations"], row, "http://h") == {
        "@iot.id": "65539-1772625600000000", "@iot.selfLink": "http://h/Observations('65539-1772625600000000')",
        "phenomenonTime": NOW, "resultTime": NOW, "result": 1.5,
        "Datastream@iot.navigationLink": "http://h/Observations('65539-1772625600000000')/Datastream",
        "FeatureOfInterest@iot.navigationLink": "http://h/Observations('65539-1772625600000000')/FeatureOfInterest"}


def test_senders_words_find_what_the_city_has() -> None:
    measured = {"pm25": ("µg/m³", {"pm25", "细颗粒物"}), "level": ("m", {"level", "water level"})}
    assert [property_of([word], measured) for word in (
        "pm25", "http://example.org/def#Water_Level", "细颗粒物", "Feinstaub PM2.5", "Radiation")] == [
        "pm25", "level", "pm25", "pm25", None]
    assert kind_of([None, 5, "Air Station"], {"air": {"air station"}}) == "air"


def test_and_binds_closer_than_or_and_not_closest() -> None:
    read = query("$filter=a eq 1 or not b eq 2 and c eq 3").filter
    assert isinstance(read, AnyOf) and isinstance(read.parts[0], Comparison)
    assert isinstance(read.parts[1], AllOf) and isinstance(read.parts[1].parts[0], NoneOf)


def test_conditions_on_one_path_are_about_the_same_entity() -> None:
    """One EXISTS with one join for each step, however often it is named."""
    read = query("$filter=Datastreams/name eq 'a' and Datastreams/Observations/result gt 1").filter
    assert read is not None
    sql, joins = where(ENTITIES["Things"], "t0", read, Bound())
    assert joins == [] and sql.count("EXISTS (SELECT FROM (VALUES") == 1 and sql.count("LEFT JOIN (") == 2


def test_an_id_that_is_asked_for_is_found_by_its_columns() -> None:
    bound = Bound()
    read = query("$filter=Datastream/Thing/id eq 7").filter
    assert read is not None
    assert where(ENTITIES["Observations"], "t0", read, bound) == ("(t0.device_id = %(v0)s)", [])
    assert bound.values == {"v0": 7}


WORDS = st.sampled_from([
    *"(),;/$='\"", " ", "  ", "$filter=", "$expand=", "$top=", "&", "name", "id", "result", "phenomenonTime", "Datastreams",
    "Thing", "Observations", "eq", "and", "or", "not", "in", "add", "mod", "startswith", "now", "1", "-1.5e3", "'a'", "''",
    "null", "true", "2026-03-04T12:00:00Z", "2026-03-04", "12:00", "duration'P1D'", "geography'POINT(1 2)'", "%00", "%ff", "é",
    "\u202e"])


@settings(max_examples=int(os.environ.get("MALFORMED", "200")), deadline=None, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))
@given(entity=st.sampled_from(list(ENTITIES.values())), words=st.lists(WORDS, max_size=25))
def test_whatever_is_asked_is_read_or_told_why_not(entity: Any, words: list[str]) -> None:
    """And what was written in a condition stands among the bound values, never in the statement."""
    try:
        read = query("$filter=" + " ".join(words))
        if read.filter is not None:
            sql, _ = where(entity, "t0", read.filter, Bound())
            assert "POINT" not in sql and "\u202e" not in sql
    except Malformed:
        return
