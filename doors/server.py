"""Serves the doors: one thread hears all senders, and only what has come whole goes to one of the few that work.

So a sender that is slow, or never ends, keeps nobody waiting; what waited too long for its turn is told to come again.
"""

import argparse
import gc
import logging
import resource
import signal
import socket
import sys
import time
from types import FrameType
from typing import Any

import orjson
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import ErrorTask, WSGITask

from doors.serving import from_settings
from ingest.door import CAME_AT, LARGEST_BODY

THREADS = 8
SENDERS = 500               # connections at once; further ones wait until the system takes them
ARRIVES_S = 60              # a request that takes longer to come whole is cut off, as is a connection that says nothing
LOOK_EVERY_S = 5
LARGEST_HEADER = 64 << 10
LARGEST_REQUEST = 2 * LARGEST_BODY  # up to here a body is heard out, so that its door can say in its own words that it is large
IN_MEMORY = 256 << 10       # bytes of each request; the rest waits in a file
AT_A_TIME = 64 << 10


class Request(HTTPRequestParser):
    """A request on its way, which knows when it was there."""

    came_at = 0.0

    def received(self, data: bytes) -> int:
        """Take the next bytes. Returns: how many of them belong to this request."""
        used: int = super().received(data)
        if self.completed:
            self.came_at = time.monotonic()
        return used


class Work(WSGITask):
    """A request whose turn has come."""

    def get_environment(self) -> dict[str, Any]:
        """What the doors are told of it."""
        environment: dict[str, Any] = super().get_environment()
        sent: Any = self.request
        environment[CAME_AT] = sent.came_at
        return environment


class Refusal(ErrorTask):
    """What cannot be understood as HTTP, or is far too large, answered as the doors answer."""

    def execute(self) -> None:
        """Answer, and close the connection."""
        sent: Any = self.request
        error = sent.error
        body = orjson.dumps({"error": error.reason.lower().replace(" ", "_"), "text": error.body})
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [("Content-Type", "application/json")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Line(HTTPChannel):
    """One sender's connection. Its last activity, after which it is cut off, is the beginning of what it is sending."""

    task_class = Work
    error_task_class = Refusal
    parser_class = Request

    def handle_read(self) -> None:
        """Hear more."""
        began, waits = self.last_activity, self.request is not None
        super().handle_read()
        if waits and self.request is not None:
            self.last_activity = began


Server = BaseWSGIServer | MultiSocketServer


def server(application: Flask, listener: socket.socket) -> Server:
    """A server, to be run."""
    listening: dict[int, Any] = {}
    made = create_server(
        application, map=listening, sockets=[listener], threads=THREADS, connection_limit=connections(),
        channel_timeout=ARRIVES_S, cleanup_interval=LOOK_EVERY_S, recv_bytes=AT_A_TIME, inbuf_overflow=IN_MEMORY,
        max_request_header_size=LARGEST_HEADER, max_request_body_size=LARGEST_REQUEST, asyncore_use_poll=True,
        log_socket_errors=False, ident="", trusted_proxy="127.0.0.1", trusted_proxy_headers={"x-forwarded-proto"})
    for one in listening.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = Line
    return made


def listener(host: str, port: int) -> socket.socket:
    """A socket at an address; at the one that means all of IPv6, it hears IPv4 too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6())


def connections() -> int:
    """How many senders may be connected at once: no more than half of the files that this process may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return SENDERS if files == resource.RLIM_INFINITY else min(SENDERS, files // 2)


def stay() -> None:
    """Let what was loaded by now be no more looked through for garbage: that would stop all senders for a tenth of a second
    now and then."""
    gc.collect()
    gc.freeze()


def stop(number: int, frame: FrameType | None) -> None:
    """End: what works is given a few seconds."""
    sys.exit(0)


def main() -> None:
    """Serve what the environment says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)     # a line for each request that waits is no news
    application = from_settings()
    stay()
    server(application, listener(asked.host, asked.port)).run()


if __name__ == "__main__":
    main()
