"""Where a stranger's link leads: not into the city's own network, unless the pack names the server."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from doors.outside import is_public
from doors.web import Client, Unreachable


@pytest.fixture
def inside() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine; what it is asked for. `/away` leads to the same machine under another name."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if self.path == "/away" else 200)
            if self.path == "/away":
                self.send_header("Location", f"http://localhost:{server.server_port}/secret")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_a_link_that_leads_to_this_machine_is_asked_for_nothing(inside: tuple[str, list[str]]) -> None:
    client = Client(homes=["https://alerts.example/feed"])
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 is a machine that is not of the open internet"):
        client.get(f"{inside[0]}/secret")
    client.close()
    assert inside[1] == []


def test_a_redirect_of_a_named_server_does_not_lead_to_another_one_inside(inside: tuple[str, list[str]]) -> None:
    client = Client(homes=[inside[0]])
    with pytest.raises(Unreachable, match="not of the open internet"):
        client.get(f"{inside[0]}/away")
    client.close()
    assert inside[1] == ["/away"]


def test_what_the_pack_names_may_stand_inside(inside: tuple[str, list[str]]) -> None:
    client = Client(named=[inside[0], inside[0].replace("127.0.0.1", "localhost")])
    assert client.get(f"{inside[0]}/away").body == b"ok"
    client.close()
    assert inside[1] == ["/away", "/secret"]


@pytest.mark.parametrize(("address", "public"), [
    ("127.0.0.1", False), ("169.254.169.254", False), ("10.1.2.3", False), ("192.168.1.1", False), ("100.64.0.1", False),
    ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False), ("0.0.0.0", False),
    ("93.184.216.34", True), ("2606:4700::1111", True), ("::ffff:93.184.216.34", True),
])
def test_only_the_open_internet_is_outside(address: str, public: bool) -> None:
    assert is_public(address) is public
