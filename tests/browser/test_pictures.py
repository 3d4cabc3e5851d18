"""A camera's picture in its drawer: a real stream plays, and what does not play says why."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, text

from data_access.city import City
from ingest.door import create_door
from tests.browser.scene import TOKEN, Witness, free_port, serving, until
from tests.ingest import hamlet

PATIENCE_S = 40
FOREIGN = "/foreign/"
NO_MAP = "export const addProtocol = () => {}; export class Map { constructor() { throw new Error('no map here'); } }"
CAMERAS = ("plays", "missing", "foreign", "unknown", "page", "blind", "down", "stranger", "torn")


class Media(SimpleHTTPRequestHandler):
    """Serves a folder, to pages of other places too, but for one path."""

    def end_headers(self) -> None:
        """Say who may read it."""
        if not self.path.startswith(FOREIGN):
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def stream(folder: Path, codec: str, *more: str) -> None:
    """Twelve seconds of a test picture as an HLS stream."""
    program = shutil.which("ffmpeg")
    assert program, "this test makes a stream with ffmpeg: install it (scripts/packages.sh test)"
    folder.mkdir()
    subprocess.run([program, "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-t", "12", "-c:v", codec,
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "20", *more, "-f", "hls", "-hls_time", "2",
                    "-hls_playlist_type", "vod", str(folder / "index.m3u8")], check=True)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A media server with a stream that plays, and others that do not."""
    folder = tmp_path_factory.mktemp("media")
    stream(folder / "plays", "libx264")
    shutil.copytree(folder / "plays", folder / "foreign")
    shutil.copytree(folder / "plays", folder / "blind")
    (folder / "unknown").mkdir()
    (folder / "unknown/index.m3u8").write_text('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="hvc9.1"\nlow.m3u8\n')
    (folder / "torn").mkdir()
    shutil.copy(folder / "plays/index.m3u8", folder / "torn")
    (folder / "page").mkdir()
    (folder / "page/index.m3u8").write_text("<html>Please sign in</html>")
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(folder / "plays/index0.ts"), "-frames:v", "1", str(folder / "still.jpg")],
                   check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Media, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def site(database_url: str, engine: Engine, alive: City, media: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Smalltown with cameras, and a pack that says where their pictures are."""
    down = f"http://127.0.0.1:{free_port()}"
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO device_kind VALUES ('camera', '摄像机', 'Camera')"))
        connection.execute(text("INSERT INTO property (key, name_zh, name_en, unit, minimum, maximum)"
                                " VALUES ('online', '在线', 'Online', '1', 0, 1)"))
    own = {"down": {"stream": f"{down}/index.m3u8"}, "stranger": {"stream": "https://elsewhere.example/index.m3u8"}}
    client = create_door(engine).test_client()
    now = datetime.now(UTC).isoformat()
    place = {"kind": "camera", "interval_s": 3600, "lon": 0.005, "lat": 0.005}
    for subject, rows in (
            ("devices", [{"code": code, "name": f"Gate {code}", **place, **own.get(code, {})} for code in CAMERAS]),
            ("observations", [{"device": code, "property": "online", "observed_at": now, "value": float(code != "blind")}
                              for code in ("plays", "blind")])):
        answer = client.post(f"/ingest/v1/{subject}", json={"rows": rows}, headers=TOKEN).get_json()
        assert answer["rejected"] == 0, answer
    source = {"key": "test", "name": "Test", "owner": "Town hall", "licence": "CC0-1.0", "kind": "video",
              "pictures": {"stream": f"{media}/{{code}}/index.m3u8", "places": [down]}}
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO device (code, source_id, kind, name, region_id, interval_s)"
                                " SELECT 'still', 2, kind, 'Gate still', region_id, interval_s FROM device WHERE code = 'plays'"))
    stills = {**source, "key": "sim", "pictures": {"snapshot": f"{media}/{{code}}.jpg"}}
    folder = hamlet.write(tmp_path_factory.mktemp("packs") / "smalltown",
                          {"key": "smalltown", "sources": [*hamlet.CITY["sources"], source, stills]})
    with serving(database_url, pack=str(folder)) as address:
        yield address


@pytest.fixture(autouse=True)
def light(context: BrowserContext) -> None:
    """Without a map, which has tests of its own."""
    context.route("**/vendor/maplibre-gl.mjs*", lambda route: route.fulfill(body=NO_MAP, content_type="text/javascript"))


def test_a_stream_plays_in_the_drawer_muted_and_named(page: Page, site: str, witness: Witness) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    assert not [url for url in loaded if "hls" in url], "what plays streams comes with the first of them"
    page.goto(f"{site}/?device=plays&lang=en")
    video = page.get_by_label("Picture of Gate plays")
    expect(page.locator(".picture.playing [role=status]")).to_have_text("Live · muted")
    until(lambda: video.evaluate("it => it.currentTime") > 1, PATIENCE_S)
    assert video.evaluate("it => [it.muted, it.controls, it.videoWidth]") == [True, True, 320]
    page.locator(".drawer .close").click()
    expect(page.locator(".picture")).to_have_count(0)
    witness.complaints.clear()   # of the map that is not there


@pytest.mark.parametrize(("code", "why", "button"), [
    ("missing", "The picture's address answers with error 404", "Try again"),
    ("foreign", "The address answers, but does not let this page read it (CORS)", "Try again"),
    ("down", "The picture's address does not answer", "Try again"),
    ("unknown", "This browser cannot decode the video", "Try again"),
    ("page", "The address answers, but not with a picture that can be shown", "Try again")])
def test_a_stream_that_does_not_play_says_why(page: Page, site: str, witness: Witness, code: str, why: str, button: str) -> None:
    page.goto(f"{site}/?device={code}&lang=en")
    expect(page.locator(".picture.failed [role=status]")).to_contain_text(why)
    expect(page.locator(".picture button")).to_have_text(button)
    witness.complaints.clear()   # the browser's own words about an address that does not answer


def test_a_stream_whose_pieces_are_missing_says_their_error_and_not_that_it_may_not_be_read(
        page: Page, site: str, witness: Witness) -> None:
    """The library asks for a piece again and again by itself; a picture that does not come meanwhile is given up."""
    page.clock.install()
    with page.expect_response(lambda response: response.url.endswith(".ts") and response.status == 404):
        page.goto(f"{site}/?device=torn&lang=en")
    page.clock.fast_forward(15_000)
    expect(page.locator(".picture.failed [role=status]")).to_contain_text("The picture's address answers with error 404")
    witness.complaints.clear()   # the browser's own words about a piece that is not there


def test_a_stream_that_stands_still_is_no_longer_called_live(page: Page, site: str, witness: Witness) -> None:
    page.clock.install()
    page.goto(f"{site}/?device=plays&lang=en")
    expect(page.locator(".picture.playing [role=status]")).to_have_text("Live · muted")
    video = page.get_by_label("Picture of Gate plays")
    until(lambda: video.evaluate("it => it.duration") > 10, PATIENCE_S)
    video.evaluate("it => { it.currentTime = it.duration - 0.3; }")
    until(lambda: video.evaluate("it => it.ended"), PATIENCE_S)
    page.clock.fast_forward(15_000)
    expect(page.locator(".picture.failed [role=status]")).to_have_text("The picture broke off")
    witness.complaints.clear()   # of the map that is not there


def test_a_camera_that_sees_nothing_is_opened_only_when_asked_and_a_strange_place_never(
        page: Page, site: str, witness: Witness) -> None:
    page.goto(f"{site}/?device=stranger&lang=zh")
    expect(page.locator(".no-picture")).to_have_text("未打开画面：https://elsewhere.example 不在城市配置允许的地址之内")
    page.goto(f"{site}/?device=blind&lang=zh")
    expect(page.locator(".picture.failed [role=status]")).to_have_text("摄像机离线，未打开画面")
    page.get_by_role("button", name="仍要打开").click()
    expect(page.locator(".picture.playing video")).to_be_visible()
    witness.complaints.clear()   # of the map that is not there


def test_where_there_is_no_stream_the_newest_snapshot_is_shown(page: Page, site: str, witness: Witness) -> None:
    page.goto(f"{site}/?device=still&lang=en")
    expect(page.locator(".picture.shown [role=status]")).to_have_text("Snapshot")
    assert page.get_by_alt_text("Picture of Gate still").evaluate("it => it.naturalWidth") == 320
    witness.complaints.clear()   # of the map that is not there
