"""Compressed answers: scripts and pages shrink to a third on the way to a phone."""

import gzip
from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

from flask import Flask, Response, request

SHRINKS = {"text/html", "text/css", "text/plain", "text/javascript", "application/javascript", "application/json",
           "image/svg+xml"}
LEAST = 1024          # smaller bodies gain nothing
KEPT = 64             # compressed scripts in memory


def squeeze(server: Flask) -> None:
    """Compress what shrinks for browsers that take it; each script once."""
    shelf: OrderedDict[bytes, bytes] = OrderedDict()
    lock = Lock()

    def compressed(body: bytes) -> bytes:
        key = blake2b(body, digest_size=16).digest()
        with lock:
            if key in shelf:
                shelf.move_to_end(key)
                return shelf[key]
        small = gzip.compress(body, 6, mtime=0)
        with lock:
            shelf[key] = small
            if len(shelf) > KEPT:
                shelf.popitem(last=False)
        return small

    @server.after_request
    def shrink(response: Response) -> Response:
        if not _shrinks(response):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        response.vary.add("Accept-Encoding")
        if len(body) < LEAST or not request.accept_encodings["gzip"]:
            return response
        lasting = "max-age" in response.headers.get("Cache-Control", "") or request.path.startswith("/assets/")
        response.set_data(compressed(body) if lasting else gzip.compress(body, 4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        return response


def _shrinks(response: Response) -> bool:
    return (
        response.status_code == 200 and response.mimetype in SHRINKS
        and "Content-Encoding" not in response.headers and (response.direct_passthrough or not response.is_streamed)
    )
