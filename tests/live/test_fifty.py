"""Fifty real connections at once."""

import http.client
import threading
from urllib.parse import urlsplit

from sqlalchemy import Engine, text

from data_access.city import City
from tests.browser.scene import serving

VIEWERS = 50
EVENTS = 30  # looked through at most


def test_fifty_streams_at_once_all_get_the_picture_and_then_the_news(database_url: str, engine: Engine, town: City) -> None:
    pictured, told = threading.Barrier(VIEWERS + 1, timeout=30), threading.Semaphore(0)

    def view(site: str, number: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=20)
        connection.request("GET", f"/live/r/{sorted(town.codes)[number % 5]}?lang=en")
        with connection.getresponse() as stream:
            skip_to(stream, b"event: picture")
            pictured.wait()
            skip_to(stream, b"Loading lots")
            told.release()
        connection.close()

    with serving(database_url) as site:
        threads = [threading.Thread(target=view, args=(site, number), daemon=True) for number in range(VIEWERS)]
        for thread in threads:
            thread.start()
        pictured.wait()
        with engine.begin() as connection:
            connection.execute(text("""
                INSERT INTO job (job_key, title_zh, title_en, unit_zh, unit_en, done, total)
                VALUES ('load', '载入地块', 'Loading lots', '块', 'lots', 30, 120)"""))
            connection.execute(text("""SELECT pg_notify('tonglan', '{"subjects": ["job:load"]}')"""))
        assert all(told.acquire(timeout=10) for _ in range(VIEWERS))
        for thread in threads:
            thread.join(10)


def skip_to(stream: http.client.HTTPResponse, words: bytes) -> None:
    """Read until a line holds these words."""
    for _ in range(EVENTS * 3):
        if words in stream.readline():
            return
    raise AssertionError(f"{words!r} did not come")
