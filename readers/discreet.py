"""A way to servers that keeps what opens one of them from all others."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

Server = tuple[str, str, int | None]
PORTS = {"http": 80, "https": 443}


class Discreet(requests.Session):
    """Sends `opening`, headers that hold secrets, to the servers of `homes` alone: not where a redirect, a link or a next
    page leads elsewhere, nor without encryption where it was meant to be encrypted."""

    def __init__(self, opening: Mapping[str, str], homes: Iterable[str]) -> None:
        super().__init__()
        self.opening = dict(opening)
        named = {server(one) for one in homes}
        self.homes = named | {("https", host, 443) for scheme, host, port in named if (scheme, port) == ("http", 80)}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send one question; each redirect comes through here, too."""
        for name, value in self.opening.items():
            if server(request.url or "") in self.homes:
                request.headers[name] = value
            else:
                request.headers.pop(name, None)
        return super().send(request, **options)


def server(url: str) -> Server:
    """What answers at an address: by which protocol, on which host and port."""
    told = urlsplit(url)
    return told.scheme, told.hostname or "", told.port or PORTS.get(told.scheme)
