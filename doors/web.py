"""Asking over HTTP: limited in time and size, by HTTP alone, and without a secret in what is said of a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

CONNECT_S = 10
CHUNK = 1 << 16
MOST = 32 << 20         # bytes of an answer, unpacked
REDIRECTS = 5
AGENT = "tonglan"
UNCHANGED = 304


class Unreachable(Exception):
    """Nothing usable came; the message says which host, and why."""


@dataclass(frozen=True)
class Got:
    """What a server answered: `url` is where the answer came from in the end."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str


class Client:
    """Asks one source. `headers` go with every question; `most` bytes of an answer are taken."""

    def __init__(self, headers: Mapping[str, str] | None = None, *, timeout_s: float = 30, most: int = MOST) -> None:
        self.timeout, self.most = (CONNECT_S, timeout_s), most
        self.session = requests.Session()
        self.session.max_redirects = REDIRECTS
        self.session.headers.update({"User-Agent": AGENT, **(headers or {})})

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def get(self, url: str, parameters: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Got:
        """What an address answers; 304 is an answer too. Raises: Unreachable."""
        host = urlsplit(url).hostname
        if urlsplit(url).scheme not in ("http", "https") or not host:
            raise Unreachable("only addresses that begin with http:// or https:// are asked")
        try:
            with self.session.get(url, params=dict(parameters or {}), headers=dict(headers or {}), timeout=self.timeout,
                                  stream=True) as response:
                if response.status_code >= 400:
                    raise Unreachable(f"{host} answered {response.status_code} {response.reason}")
                body = self.limited(response, host)
                return Got(response.status_code, body, CaseInsensitiveDict(response.headers), response.url)
        except requests.RequestException as error:
            raise Unreachable(plain(error, host, self.timeout[1])) from None    # its own text may hold a secret

    def limited(self, response: requests.Response, host: str) -> bytes:
        """The body. Raises: Unreachable when it never ends."""
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self.most:
                raise Unreachable(f"{host} answered with more than {self.most:,} bytes, so it is refused")
        return bytes(body)


def plain(error: requests.RequestException, host: str, timeout_s: float) -> str:
    """Why nothing came, in words."""
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer within {timeout_s:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} has no certificate that can be trusted"
    if isinstance(error, requests.TooManyRedirects | requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        return f"{host} leads elsewhere, to where nobody may follow"
    if isinstance(error, requests.ConnectionError):
        return f"{host} cannot be reached"
    return f"{host} broke off its answer"
