"""CAP from a real server, a folder and at the door: each message once, whatever the order, and shown until it ends."""

import datetime as times
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient
from lxml import etree  # type: ignore[import-untyped]
from signxml.signer import XMLSigner
from sqlalchemy import Engine
from werkzeug import Request, Response
from werkzeug.serving import make_server

from data_access.city import City
from data_access.warnings import active
from doors.cap import listening
from doors.cap.document import alerts
from doors.cap.signature import Untrusted
from doors.cap.signature import state as signature_of
from doors.cap.taking import Taker
from doors.courier import Courier
from doors.markup import parsed
from doors.serving import create_doors
from doors.state import State, States
from doors.web import Client
from ingest.pack.doors.cap import Cap
from tests.doors.cap_messages import alert, area, info, polygon, reference
from tests.doors.conftest import wait_until

Rows = Callable[..., list[tuple[Any, ...]]]
NOW = times.datetime(2026, 3, 4, 18, 0, tzinfo=times.UTC)
IN_FORCE = "SELECT external_id FROM warning WHERE ended_at IS NULL AND starts_with(external_id, :sender) ORDER BY 1"


class Site:
    """A real server of pages, which counts what it is asked for and knows of ETags."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []
        self.wanted: set[str] = set()
        self.server = make_server("127.0.0.1", 0, self.answer, threaded=True)
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def answer(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        page = self.pages.get(request.path)
        response = Response("gone", 404) if page is None else Response(page, mimetype="application/xml")
        if page is not None:
            response.add_etag()
            response.make_conditional(request)
        self.asked.append((request.path, response.status_code))
        self.wanted.add(request.headers.get("Accept", ""))
        return response(environ, start)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def atom(*entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Warnings</title>{"".join(entries)}</feed>'.encode()


def linked(path: str, updated: str = "1") -> str:
    return (f'<entry><id>urn:{path}</id><updated>{updated}</updated><link rel="alternate" type="text/html" href="/page.html"/>'
            f'<link type="application/cap+xml" href="{path}"/></entry>')


def asking(site: Site, courier: Courier, state: State, name: str, **said: Any) -> Callable[[], None]:
    """One look at the feed, as the listener takes it."""
    entry = Cap.model_validate({"door": "cap", "key": name, "url": f"{site.address}/feed", "every": 0.05} | said)
    feed = listening.Feed(Taker(courier, "test", entry), state, Client(named=[entry.url or ""]), Event())
    return feed.look


@pytest.fixture
def door(engine: Engine, town: City) -> FlaskClient:
    return create_doors(engine, States(engine)).test_client()


def post(door: FlaskClient, *documents: str | bytes, **headers: str) -> list[dict[str, Any]]:
    """What the door answers to each document."""
    made = []
    for one in documents:
        got = door.post("/cap/v1", data=one if isinstance(one, bytes) else one.encode(), headers={
            "Authorization": "Bearer secret", **{name.replace("_", "-"): value for name, value in headers.items()}})
        assert got.status_code == 200, got.get_data(as_text=True)
        made.append(got.get_json())
    return made


def test_a_feed_is_listened_to_until_told_to_stop_and_what_it_leads_to_is_shown(
    site: Site, courier: Courier, state: State, engine: Engine, town: City,
) -> None:
    site.pages = {"/feed": atom(linked("/f1.cap")), "/f1.cap": alert("f1", sender="feed").encode()}
    entry, stop = Cap(door="cap", key="run", url=f"{site.address}/feed", every=0.05), Event()
    thread = Thread(target=listening.run, args=(entry, "test", courier, state, stop))
    thread.start()
    block = town.region("T111").region_id
    wait_until(lambda: [one.headline.en for one in active(engine, block, NOW)] == ["Heavy rain"])
    site.pages["/f2.cap"] = alert("f2", kind="Cancel", references=reference("f1", sender="feed"), sender="feed",
                                    sent="2026-03-04T12:30:00-05:00").encode()
    site.pages["/feed"] = atom(linked("/f2.cap"), linked("/f1.cap"))
    wait_until(lambda: not active(engine, block, NOW))
    wait_until(lambda: ("/feed", 304) in site.asked)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert (state.up, state.error) == (True, None)
    assert [path for path, _ in site.asked].count("/f1.cap") == 1
    assert all(wanted.startswith("application/cap+xml") for wanted in site.wanted)    # some servers give JSON otherwise


def test_what_does_not_come_is_asked_for_again_and_others_go_on(
    site: Site, courier: Courier, state: State, rows: Rows,
) -> None:
    site.pages = {"/feed": atom(linked("/g1.cap"), linked("/g2.cap")), "/g2.cap": alert("g2", sender="again").encode()}
    look = asking(site, courier, state, "again")
    look()
    assert state.error == "127.0.0.1 answered 404 NOT FOUND"
    site.pages["/g1.cap"] = alert("g1", sender="again").encode()
    look()
    assert [name.split(",")[1] for name, in rows(IN_FORCE, sender="again")] == ["g1", "g2"]
    site.asked.clear()
    look()
    assert site.asked == [("/feed", 304)]


def test_what_never_comes_is_given_up_and_told(site: Site, courier: Courier, state: State, rows: Rows) -> None:
    site.pages = {"/feed": atom(linked("/never.cap"))}
    look = asking(site, courier, state, "never")
    for _ in range(listening.TRIES + 2):
        look()
    assert [path for path, _ in site.asked].count("/never.cap") == listening.TRIES
    assert rows("SELECT row FROM reject WHERE reasons -> 0 ->> 'code' = 'unreachable'") == [
        ({"link": f"{site.address}/never.cap"},)]


@pytest.mark.parametrize("shape", ["rss", "bare", "inline", "escaped", "several"])
def test_feeds_come_in_many_shapes(site: Site, courier: Courier, state: State, rows: Rows, shape: str) -> None:
    one = alert("s1", sender=shape)
    escaped = one.replace("&", "&amp;").replace("<", "&lt;")
    site.pages = {"/s1.xml": one.encode(), "/feed": {
        "rss": "<rss version='2.0'><channel><item><title>x</title><link>/nowhere.html</link>"
               f"<guid>{site.address}/s1.xml</guid></item></channel></rss>",
        "bare": one, "inline": f"<feed><entry><content type='text/xml'>{one}</content></entry></feed>",
        "escaped": f"<feed><entry><content>{escaped}</content></entry></feed>", "several": f"<alerts>{one}{one}</alerts>",
    }[shape].encode()}
    look = asking(site, courier, state, shape)
    look()
    look()
    assert [name.split(",")[1] for name, in rows(IN_FORCE, sender=shape)] == ["s1"]


@pytest.mark.parametrize("page", [b"<html><body>Sorry</body></html>", b"", b"\xff\xfe\x00", b'{"alerts": []}'])
def test_what_is_no_feed_is_told_as_the_doors_error(site: Site, courier: Courier, state: State, page: bytes) -> None:
    site.pages = {"/feed": page}
    with pytest.raises(listening.Unread, match="neither a feed nor a message"):
        asking(site, courier, state, "none")()


def test_a_document_that_is_none_is_kept_once(site: Site, courier: Courier, state: State, rows: Rows) -> None:
    site.pages = {"/feed": atom(linked("/broken.cap")), "/broken.cap": b"<alert><identifier>half"}
    look = asking(site, courier, state, "broken")
    look()
    look()
    assert rows("SELECT row FROM reject WHERE row #>> '{}' LIKE '%half%'") == [("<alert><identifier>half",)]


def test_files_are_read_when_they_come_and_when_they_change(
    courier: Courier, state: State, rows: Rows, tmp_path: Path,
) -> None:
    taker = Taker(courier, "test", Cap(door="cap", key="files", path="in/**/*.xml"))
    folder = listening.Folder(taker, state, tmp_path)
    folder.look()
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.xml").write_text(alert("a", sender="files"))
    (tmp_path / "in" / "deep" / "b.xml").write_bytes(alert("b", info("zh", headline="大风"), sender="files").encode("utf-16"))
    folder.look()
    folder.look()
    (tmp_path / "in" / "a.xml").write_text(alert("c", kind="Update", references=reference("a", sender="files"), sender="files"))
    folder.look()
    assert [name.split(",")[1] for name, in rows(IN_FORCE, sender="files")] == ["b", "c"]
    assert state.new == 3


def test_order_makes_no_difference_and_what_is_sent_twice_is_stored_once(door: FlaskClient, rows: Rows) -> None:
    """w1 is updated by w2 and that is cancelled by w3: whichever comes first, nothing stays in force."""
    messages = [alert("w1", sender="order"),
                alert("w2", kind="Update", references=reference("w1", sender="order"), sender="order",
                      sent="2026-03-04T12:10:00-05:00"),
                alert("w3", kind="Cancel", references=reference("w2", "2026-03-04T12:10:00-05:00", "order"), sender="order",
                      sent="2026-03-04T12:20:00-05:00")]
    answers = post(door, *reversed(messages), *messages)
    assert [(one["taken"], one["seen"]) for one in answers] == [(1, 0), (2, 0), (1, 0), (0, 1), (0, 2), (0, 1)]
    assert rows(IN_FORCE, sender="order") == []
    assert rows("SELECT count(*) FROM warning WHERE starts_with(external_id, 'order')") == [(2,)]


def test_the_door_answers_what_became_of_a_message(door: FlaskClient, rows: Rows) -> None:
    answer, again = post(door, alert("k", sender="key"), alert("k", sender="key"), Idempotency_Key="once")
    assert (answer["taken"], answer["reasons"]) == (1, [])
    assert answer == again
    exercise, = post(door, alert("x", status="Exercise", sender="key"))
    assert (exercise["taken"], exercise["rejected"], exercise["reasons"][0]["text"]) == (
        0, 1, "the message is not shown: it is an exercise")
    assert rows("SELECT count(*) FROM reject WHERE row #>> '{}' LIKE '%Exercise%'") == [(1,)]
    token = {"Authorization": "Bearer secret"}
    for body, headers, status in ((b"no", token, 400), (b"<a/>", token, 400), (alert().encode(), {}, 401),
                                  (b"x" * (9 << 20), token, 413)):
        assert door.post("/cap/v1", data=body, headers=headers).status_code == status
    unread = "SELECT row #>> '{}' FROM reject WHERE reasons @> '[{\"code\": \"unreadable\"}]' AND row #>> '{}' IN ('no', '<a/>')"
    assert sorted(rows(unread)) == [("<a/>",), ("no",)]


def test_a_warning_shows_where_it_touches_and_nowhere_else(door: FlaskClient, engine: Engine, town: City) -> None:
    """From the middle of block T112 to that of T121: two streets of one district."""
    post(door, alert("span", info(headline="Across", areas=area(polygon(1.5, 2.5))), sender="touch"))
    shown = {code: [one.headline.en for one in active(engine, town.region(code).region_id, NOW) if one.headline.en == "Across"]
             for code in ("T", "T1", "T2", "T11", "T12", "T111", "T112", "T121", "T122")}
    assert {code for code, found in shown.items() if found} == {"T", "T1", "T11", "T12", "T112", "T121"}


def test_a_database_that_does_not_answer_takes_nothing_and_says_so() -> None:
    from data_access import engine as engines

    dead = engines.create("postgresql+psycopg2://nobody@127.0.0.1:1/none", statement_timeout_ms=1000)
    got = create_doors(dead, States(dead)).test_client().post("/cap/v1", data=alert(), headers={"Authorization": "Bearer x"})
    assert (got.status_code, "Retry-After" in got.headers) == (503, True)


def test_a_signature_is_unverified_without_a_certificate_and_held_against_one_that_is_named(tmp_path: Path) -> None:
    key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "met.town.example")])
    day = times.timedelta(days=1)
    now = times.datetime.now(times.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = made.not_valid_before(now - day).not_valid_after(now + day).sign(key, hashes.SHA256()).public_bytes(
        serialization.Encoding.PEM)
    pinned = tmp_path / "met.pem"
    pinned.write_bytes(certificate)

    def signed(with_key: rsa.RSAPrivateKey) -> bytes:
        root = XMLSigner().sign(etree.fromstring(alert("signed").encode()), key=with_key, cert=certificate.decode())
        written: bytes = etree.tostring(root)
        return written

    def found(body: bytes, held: Path | None) -> str | None:
        one, = alerts(parsed(body))
        return signature_of(one, body, held)

    assert found(alert().encode(), None) is None
    assert (found(signed(key), None), found(signed(key), pinned)) == ("unverified", "verified")
    for body, said in ((signed(other), "does not fit"), (signed(key).replace(b"Heavy", b"Light"), "does not fit"),
                       (alert().encode(), "bears no signature")):
        with pytest.raises(Untrusted, match=said):
            found(body, pinned)
    with pytest.raises(Untrusted, match=r"gone\.pem"):
        found(signed(key), tmp_path / "gone.pem")
