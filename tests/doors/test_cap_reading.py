"""What a CAP message comes to, by itself: languages, parts, times, places, and what is no warning."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely

from doors.cap import shapes
from doors.cap.document import Alert, alerts
from doors.cap.rows import Reader, Told, unplaced
from doors.markup import NotXml, parsed
from ingest.mapping.regions import RegionIndex
from ingest.pack.doors.cap import Cap
from tests.doors.cap_messages import SENT, alert, area, info, polygon, reference

REGIONS = RegionIndex(["T", "36061", "520102"], ["小城", "曼哈顿", "南明区"], ["Smalltown", "Manhattan", "Nanming"],
                      ["", "T", "T"], [0, 1, 1], ["city", "district"])
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def message(xml: str | bytes) -> Alert:
    one, = alerts(parsed(xml if isinstance(xml, bytes) else xml.encode()))
    return one


def read(xml: str | bytes, **said: Any) -> Told:
    return Reader(Cap.model_validate({"door": "cap"} | said), ZoneInfo("America/New_York"), REGIONS).read(message(xml))


def row(xml: str | bytes, **said: Any) -> dict[str, Any]:
    one, = read(xml, **said).warnings
    return dict(one)


def test_a_message_says_what_when_where_and_how_grave() -> None:
    made = row(alert(more="<note>a note</note>"))
    assert made["id"] == "met@town.example,w1,2026-03-04T17:00:00Z"
    assert (made["event_en"], made["headline_en"], made["severity"]) == ("Rain", "Heavy rain", "severe")
    assert (made["sent_at"], made["onset_at"], made["expires_at"]) == (NOON, NOON, NOON + timedelta(days=1))
    assert shapely.from_wkt(made["area"]).bounds == (0.001, 0.002, 0.009, 0.008)


@pytest.mark.parametrize("namespace", ["urn:oasis:names:tc:emergency:cap:1.1", "http://www.incident.com/cap/1.0", ""])
def test_versions_and_prefixes_make_no_difference(namespace: str) -> None:
    plain = row(alert(namespace=namespace))
    prefixed = alert(namespace=namespace).replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:")
    prefixed = prefixed.replace("xmlns=", "xmlns:c=")
    assert plain["headline_en"] == "Heavy rain"
    if namespace:
        assert row(prefixed) == plain


def test_chinese_and_english_are_shown_and_every_language_is_kept() -> None:
    made = row(alert("w", info("fr", headline="Pluie"), info("zh-TW", headline="大雨特報"), info("zh-CN", headline="暴雨"),
                     info("en-GB", headline="Rain")))
    assert (made["headline_zh"], made["headline_en"]) == ("暴雨", "Rain")
    assert [one["language"] for one in made["infos"]] == ["fr", "zh-tw", "zh-cn", "en-gb"]


@pytest.mark.parametrize(("blocks", "zh", "en"), [
    ((info(None, headline="暴雨黄色预警", event="暴雨"),), "暴雨黄色预警", "暴雨黄色预警"),
    ((info(None),), "Heavy rain", "Heavy rain"),
    ((info("fr-CA", headline="Pluie"),), "Pluie", "Pluie"),
    ((info("zh_Hans", headline="暴雨"), info("EN", headline=None, event="Rain")), "暴雨", "Rain"),
    ((info(None, headline="大雨の警報", event="大雨"), info("en")), "Heavy rain", "Heavy rain"),
])
def test_a_language_that_lacks_is_shown_by_the_other(blocks: tuple[str, ...], zh: str, en: str) -> None:
    made = row(alert("w", *blocks))
    assert (made["headline_zh"], made["headline_en"]) == (zh, en)


def test_parts_with_places_of_their_own_are_warnings_of_their_own_in_all_their_languages() -> None:
    east, west = area(polygon(6.1, 6.9)), area(polygon(0.1, 0.9))
    made = read(alert("w", info("en", areas=west), info("en", severity="Minor", areas=east),
                      info("zh", headline="西", areas=west), info("zh", headline="东", severity="Minor", areas=east))).warnings
    assert [(one["id"][-2:], one["severity"], one["headline_zh"], len(one["infos"])) for one in made] == [
        ("0Z", "severe", "西", 2), ("#2", "minor", "东", 2)]
    uneven = read(alert("w", info("en", areas=west), info("en", areas=east), info("zh", headline="东", areas=east))).warnings
    assert [one["headline_zh"] for one in uneven] == ["Heavy rain", "东"]


def test_a_block_that_repeats_another_is_no_warning_of_its_own() -> None:
    made = row(alert("w", info(), info(more="<web>https://town.example</web>")))
    assert len(made["infos"]) == 2


def test_html_in_texts_is_read_and_long_ones_are_whole_among_the_infos() -> None:
    long = "x" * 900
    made = row(alert("w", info(headline=long, more="<description>A &lt;b&gt;flood&lt;/b&gt;&lt;br/&gt;comes &amp;amp; goes: "
                                                   "5 &lt; 6</description>")))
    assert len(made["headline_en"]) == 500
    assert made["infos"][0]["headline"] == long
    assert made["infos"][0]["description"] == "A flood\ncomes & goes: 5 < 6"


@pytest.mark.parametrize(("expires", "hours"), [(None, 24), ("", 24), ("soon", 24), ("2026-03-04T20:00:00Z", 3),
                                                ("2026-03-04 15:00", 3), ("2026-03-04T13:00:00-07:00", 3)])
def test_an_end_that_is_missing_is_the_packs_and_a_time_without_an_offset_the_citys(expires: str | None, hours: int) -> None:
    made = row(alert("w", info(expires=expires)))
    assert made["expires_at"] - NOON == timedelta(hours=hours)
    assert row(alert("w", info(expires=None)), lasts_hours=2)["expires_at"] - NOON == timedelta(hours=2)


def test_a_beginning_after_the_end_is_brought_before_it() -> None:
    made = row(alert("w", info(more="<onset>2026-03-09T00:00:00Z</onset>")))
    assert made["onset_at"] == made["expires_at"] == NOON + timedelta(days=1)


@pytest.mark.parametrize(("status", "kind", "field", "code"), [
    ("Test", "Alert", "status", "skipped"), ("EXERCISE", "Alert", "status", "skipped"), ("System", "Cancel", "status", "skipped"),
    ("Draft", "Alert", "status", "skipped"), ("Live", "Alert", "status", "skipped"), ("", "Alert", "status", "missing"),
    ("Actual", "Ack", "msgType", "skipped"), ("Actual", "Error", "msgType", "skipped"),
    ("Actual", "Hint", "msgType", "not_allowed"),
    ("Actual", "Cancel", "references", "missing"),
])
def test_what_is_no_warning_is_kept_with_the_reason_and_ends_nothing_it_should_not(
    status: str, kind: str, field: str, code: str,
) -> None:
    told = read(alert(status=status, kind=kind, references="" if field == "references" else reference("w0")))
    assert told.reason is not None
    assert (told.reason.field, told.reason.code, [*told.warnings], [*told.ends]) == (field, code, [], [])


@pytest.mark.parametrize("gone", ["identifier", "sent", "info"])
def test_a_message_without_what_it_needs_says_which(gone: str) -> None:
    xml = alert()
    begin, end = xml.index(f"<{gone}>"), xml.rindex(f"</{gone}>") + len(gone) + 3
    told = read(xml[:begin] + xml[end:])
    assert told.reason is not None
    assert (told.reason.field, told.reason.code) == (gone, "missing")


def test_updates_and_cancels_end_what_they_refer_to_whatever_the_offset_and_never_themselves() -> None:
    ids = ["met@town.example,w1,2026-03-04T17:00:00Z", "other,w2,2026-03-04T16:00:00Z"]
    pointing = f"{reference('w1')}\n {reference('w2', '2026-03-05T00:00:00+08:00', 'other')} nonsense a,b {reference('w1')}"
    for kind in ("Update", "Cancel"):
        told = read(alert("w3", kind=kind, references=pointing + " " + reference("w3"), sent=SENT))
        assert [one["id"] for one in told.ends] == ids
        assert {one["ended_at"] for one in told.ends} == {NOON}
        assert len(told.warnings) == (1 if kind == "Update" else 0)
    assert read(alert("w3", references=pointing)).ends == []


def test_an_all_clear_is_over_when_it_is_sent() -> None:
    assert row(alert("w", info(more="<responseType>AllClear</responseType>")))["ended_at"] == NOON
    assert row(alert("w", info(more="<responseType>AllClear</responseType><responseType>Monitor</responseType>"))
               )["ended_at"] is None


def test_a_very_long_identifier_stays_one_of_its_own() -> None:
    names = [row(alert("x" * 400 + end))["id"] for end in ("a", "b")]
    assert len(names[0]) <= 200
    assert names[0] != names[1]
    assert read(alert("u", kind="Update", references=reference("x" * 400 + "a"))).ends[0]["id"] == names[0]


@pytest.mark.parametrize(("inside", "description", "said", "expected"), [
    ("<geocode><valueName>SAME</valueName><value>036061</value></geocode>", "?", {}, {"region": "36061"}),
    ("<geocode><valueName>行政区划</valueName><value>520102000000</value></geocode>", "?", {}, {"region": "520102"}),
    ("<geocode>FIPS6=036061</geocode>", "?", {}, {"region": "36061"}),
    ("<geocode><valueName>UGC</valueName><value>NYZ072</value></geocode>", "?", {"geocodes": {"UGC:NYZ072": "36061"}},
     {"region": "36061"}),
    ("", "Manhattan; Nanming", {}, {"regions": ["36061", "520102"]}),
    ("", "南明区、曼哈顿", {}, {"regions": ["520102", "36061"]}),
    ("", "The hills", {"geocodes": {"The hills": "T"}}, {"region": "T"}),
    ("", "The hills", {"region": "T"}, {"region": "T"}),
])
def test_codes_and_names_stand_for_regions(inside: str, description: str, said: dict[str, Any], expected: dict[str, Any]) -> None:
    made = row(alert("w", info(areas=area(inside, description))), **said)
    assert {name: made[name] for name in ("area", "region", "regions") if made.get(name)} == expected


@pytest.mark.parametrize(("areas", "said", "code"), [
    (area("", "Elsewhere"), {}, "unknown_region"), (area("", "Elsewhere"), {"geocodes": {"1": "T"}}, "skipped"),
    ("", {}, "missing"),
])
def test_a_place_that_nobody_understands_is_said(areas: str, said: dict[str, Any], code: str) -> None:
    xml = alert("w", info(areas=areas))
    reason = unplaced(read(xml, **said), message(xml), Cap.model_validate({"door": "cap"} | said))
    assert reason is not None
    assert reason.code == code


def test_a_circle_is_as_wide_as_it_says_and_a_point_can_be_seen() -> None:
    """One degree of latitude is 111.195 km on this sphere."""
    drawn = shapes.circle("10.0,20.0 111.195")
    assert drawn is not None
    assert drawn.bounds[1::2] == pytest.approx((9.0, 11.0), abs=1e-4)
    assert drawn.bounds[0::2] == pytest.approx((20 - 1.0155, 20 + 1.0155), abs=1e-3)
    point = shapes.circle("10.0,20.0 0")
    assert point is not None
    assert point.bounds[3] - point.bounds[1] == pytest.approx(0.2 / 111.195, rel=1e-3)


def test_shapes_across_the_date_line_and_over_a_pole_stay_in_the_world() -> None:
    for shape in (shapes.circle("0,179.9 100"), shapes.polygon("10,170 10,-170 -10,-170 -10,170"), shapes.circle("89.9,0 100")):
        assert shape is not None
        assert shape.is_valid
        west, south, east, north = shape.bounds
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
    assert shapes.polygon("10,170 10,-170 -10,-170 -10,170").area == pytest.approx(400)  # type: ignore[union-attr]


@pytest.mark.parametrize(("written", "expected"), [
    ("0,0 0,1 1,1", 0.5), ("0 0 , 0 1\n1 1", 0.5), ("100,0 101,0 101,1 100,0", 0.5), ("0,0 1,1", None), ("0,0 0,1 1", None),
    ("", None), ("a,b c,d e,f", None), ("0,0 0,0 0,0 0,0", None), ("1e999,0 0,1 1,1", None),
])
def test_polygons_are_read_however_they_are_written(written: str, expected: float | None) -> None:
    made = shapes.polygon(written)
    assert (None if made is None else round(made.area, 6)) == expected


def test_a_tangle_is_drawn_by_its_hull_and_soon() -> None:
    corners = " ".join(f"{(n * 7919) % 60 / 1.5},{(n * 104729) % 97}" for n in range(9000))
    drawn = shapes.area([corners] * 3, ["nonsense"])
    assert drawn is not None
    assert drawn.is_valid


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "gb18030"])
def test_any_encoding_is_read(encoding: str) -> None:
    words = "Gewitterwarnung für Köln" if encoding == "iso-8859-1" else "雷电黄色预警信号"
    declared = "" if encoding == "utf-8-sig" else f'<?xml version="1.0" encoding="{encoding}"?>'
    assert row((declared + alert("w", info("zh", headline=words))).encode(encoding))["headline_zh"] == words


def test_documents_with_entities_of_their_own_are_refused() -> None:
    for inner in ('<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">', '<!ENTITY a SYSTEM "file:///etc/passwd">'):
        with pytest.raises(NotXml):
            message(f"<!DOCTYPE alert [{inner}]>" + alert().replace("Heavy rain", "&a;"))


def test_several_messages_may_stand_in_one_document() -> None:
    made = alerts(parsed(f"<EDXL><content><x>{alert('a')}{alert('b')}</x></content></EDXL>".encode()))
    assert [one.identifier for one in made] == ["a", "b"]


CHINESE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<alert><identifier>52010241600000_20260304170000_0</identifier><sender>南明区气象局</sender><senderCode>52010241600000</senderCode>
<sendTime>2026-03-05 01:00:00+08:00</sendTime><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<code><method><methodName>SMS</methodName><message/></method></code><secClassification>None</secClassification><note/>
<references/><info><language>zh-CN</language><eventType>11B03</eventType><urgency>Unknown</urgency><severity>Orange</severity>
<certainty>Unknown</certainty><effective>2026-03-05 01:30:00+08:00</effective><onset/>
<expires/><senderName>南明区气象局</senderName>
<headline>南明区气象台发布暴雨橙色预警[II级/严重]</headline><description>过去3小时</description><web/>
<resource><resourceDesc/><size/><uri/><mimeType/></resource><area><areaDesc>南明区</areaDesc><polygon/><circle/>
<geocode>520102000000</geocode></area></info></alert>"""


def test_messages_of_chinas_warning_system_are_read_with_their_own_words_and_colours() -> None:
    made = row(CHINESE)
    assert made["id"] == "南明区气象局,52010241600000_20260304170000_0,2026-03-04T17:00:00Z"
    assert (made["severity"], made["region"]) == ("severe", "520102")
    assert made["event_zh"] == made["headline_zh"] == "南明区气象台发布暴雨橙色预警[II级/严重]"
    assert (made["sent_at"], made["onset_at"]) == (NOON, NOON + timedelta(minutes=30))
    assert made["infos"][0]["codes"] == (("", "11B03"),)
    assert "resources" not in made["infos"][0]
    grave = [row(CHINESE.replace("Orange", colour))["severity"] for colour in ("RED", "Yellow", "blue", "Green")]
    assert grave == ["extreme", "moderate", "minor", "unknown"]


@pytest.mark.parametrize("sender", ["南明区气象局", "52010241600000"])
def test_such_a_message_is_cancelled_by_the_senders_name_or_code_and_a_time_with_a_blank(sender: str) -> None:
    cancels = CHINESE.replace("170000_0", "180000_0").replace("<msgType>Alert", "<msgType>Cancel").replace(
        "<references/>", f"<references>{sender},52010241600000_20260304170000_0,2026-03-05 01:00:00+08:00</references>")
    assert [one["id"] for one in read(cancels).ends] == [row(CHINESE)["id"]]


def test_a_sender_with_blanks_in_its_name_ends_what_it_sent() -> None:
    sent = row(alert("w1", sender="Met Office of Town"))["id"]
    update = alert("w2", kind="Update", sender="Met Office of Town",
                   references=f"{reference('w0')} {reference('w1', sender='Met Office of Town')}")
    assert [one["id"] for one in read(update).ends] == ["met@town.example,w0,2026-03-04T17:00:00Z", sent]


def test_the_senders_name_is_shown_whichever_language_says_it() -> None:
    named = info("de", headline="Regen", more="<senderName>Wetterdienst</senderName>")
    assert row(alert("w", named, info("en")))["sender"] == "Wetterdienst"
