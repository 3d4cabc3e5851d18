"""Hears the screen's viewers: gunicorn's threads, which nobody keeps for himself, and which end with the server's process."""

import os
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

ARRIVES_S = 15              # a request that takes longer to come whole is read as if it had ended
BODY = {"CONTENT-LENGTH", "TRANSFER-ENCODING"}


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A thread for each request. Whoever sends one slowly would hold a thread for ever, and a hundred of them all of the screen:
    after a while nothing more is heard of him, and his thread is free. What is sent to him is not cut short by that."""

    arrives_s: float = ARRIVES_S

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.arriving: dict[Any, float] = {}

    def run(self) -> None:
        """Serve until told to stop, or until the one process that could tell it is gone: streams never end, so who listened to
        one would then be told for ever that all is well, by a server that paints no more."""
        super().run()
        if os.getppid() != self.ppid:
            os._exit(1)

    def handle(self, conn: Any) -> Any:
        """Hear a request and answer it, in a thread."""
        self.arriving[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self.arriving.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head is there; one without a body is there whole."""
        if BODY.isdisjoint(name.upper() for name, _ in req.headers):
            self.arriving.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Every second: hang up on those who have not sent a thing, and hear no more of those who do not come to an end."""
        super().murder_pending()
        late = time.monotonic() - self.arrives_s
        for conn, since in self.arriving.copy().items():
            if since < late:
                with suppress(OSError):     # it has gone meanwhile
                    conn.sock.shutdown(socket.SHUT_RD)
