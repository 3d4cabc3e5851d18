"""The tile door: what is cached and for how long, and what is refused."""

import gzip
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from data_access import engine as engines
from data_access.city import City
from data_access.tiles import Address, region_version
from indicators.filters import token
from indicators.scope import Filter
from live.tiles import Shelf, blueprint
from tests.conftest import NOON
from tests.vector_tile import decode

TILE = "region-1/13/4096/4095.mvt"


@pytest.fixture(scope="module")
def client(engine: Engine, town: City) -> FlaskClient:
    """A browser at Smalltown's door."""
    app = Flask(__name__)
    app.register_blueprint(blueprint(engine, lambda: town, lambda: NOON))
    return app.test_client()


@pytest.fixture
def cut_off(town: City) -> Iterator[FlaskClient]:
    """The same door when the database is gone."""
    gone = engines.create("postgresql://nobody@127.0.0.1:1/none", statement_timeout_ms=100)
    app = Flask(__name__)
    app.register_blueprint(blueprint(gone, lambda: town, lambda: NOON))
    yield app.test_client()
    gone.dispose()


def test_a_region_tile_of_this_version_is_kept_for_ever_and_one_of_another_is_not(client: FlaskClient, town: City) -> None:
    answer = client.get(f"/tiles/{region_version(town)}/{TILE}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert len(decode(answer.data)["region"]) == 2
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get(f"/tiles/old/{TILE}").headers["Cache-Control"]


def test_a_browser_that_takes_gzip_gets_it_and_the_content_is_the_same(client: FlaskClient) -> None:
    plain = client.get(f"/tiles/1/{TILE}")
    packed = client.get(f"/tiles/1/{TILE}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_a_browser_that_has_the_tile_is_told_so(client: FlaskClient) -> None:
    tag = client.get(f"/tiles/1/{TILE}").headers["ETag"]
    again = client.get(f"/tiles/2/{TILE}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_an_empty_tile_has_no_body(client: FlaskClient) -> None:
    answer = client.get("/tiles/1/case/13/0/0.mvt")
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("path", [
    "1/region-7/13/4096/4095.mvt", "1/roads/13/4096/4095.mvt", "1/case/30/0/0.mvt", "1/case/13/99999/0.mvt",
    f"{'1' * 41}/{TILE}", "1/case/13/-1/0.mvt", "1/case/a/0/0.mvt",
    "1~!!/case/13/4096/4095.mvt", "1~" + token((Filter("class", ("x" * 2000,)),)) + "/case/13/4096/4095.mvt",
    "1~Y29sb3VyPXJlZA/case/13/4096/4095.mvt",
])
def test_what_cannot_be_a_tile_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/tiles/{path}").status_code == 404


def test_without_the_database_the_browser_is_told_to_come_back(cut_off: FlaskClient) -> None:
    answer = cut_off.get(f"/tiles/1/{TILE}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"Traceback" not in answer.data


def test_before_a_city_is_loaded_there_are_no_tiles(engine: Engine) -> None:
    app = Flask(__name__)
    app.register_blueprint(blueprint(engine, lambda: None, lambda: NOON))
    assert app.test_client().get(f"/tiles/1/{TILE}").status_code == 503


def test_twenty_viewers_of_one_new_tile_draw_it_once() -> None:
    shelf, drawn, gate = Shelf(), [], threading.Event()

    def draw() -> bytes:
        gate.wait(5)
        drawn.append(1)
        return b"tile"

    viewers = [threading.Thread(target=lambda: shelf.get(("1", Address("case", 1, 0, 0)), draw)) for _ in range(20)]
    for viewer in viewers:
        viewer.start()
    gate.set()
    for viewer in viewers:
        viewer.join()
    assert len(drawn) == 1


def test_a_full_shelf_throws_out_the_longest_unused() -> None:
    shelf, drawn = Shelf(size=60), []

    def draw(x: int) -> bytes:
        drawn.append(x)
        return bytes([x])

    def get(x: int) -> None:
        shelf.get(("1", Address("case", 9, x, 0)), lambda: draw(x))

    for x in (1, 2, 1, 3, 1, 2):    # each packs into 21 bytes, so two fit
        get(x)
    assert drawn == [1, 2, 3, 2]


def test_a_tile_that_could_not_be_drawn_is_tried_again() -> None:
    shelf, key = Shelf(), ("1", Address("case", 1, 0, 0))

    def fail() -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        shelf.get(key, fail)
    assert gzip.decompress(shelf.get(key, lambda: b"now").body) == b"now"
