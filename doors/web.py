"""Asking over HTTP: limited in time and size, by HTTP alone, and without a secret in what is said of a failure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from doors.outside import Careful, led_inside

CONNECT_S = 10
CHUNK = 1 << 16
MOST = 32 << 20         # bytes of an answer, unpacked
SAID = 4096             # bytes of an answer that refuses
REDIRECTS = 5
AGENT = "tonglan"
UNCHANGED = 304


class Unreachable(Exception):
    """Nothing usable came; the message says which host, and why.

    Where the server answered, `status` and the first of its `body` are there, and `retry_after_s` if it asks to wait.
    """

    def __init__(self, text: str, *, status: int | None = None, body: bytes = b"", retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.status, self.body, self.retry_after_s = status, body, retry_after_s


@dataclass(frozen=True)
class Got:
    """What a server answered: `url` is where the answer came from in the end."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str


class Client:
    """Asks one source. `opening`, headers that hold secrets, go to the servers of `homes` alone; these and the ones of
    `named` may stand anywhere, all others are asked on the open internet alone. `most` bytes of an answer are taken."""

    def __init__(
        self, opening: Mapping[str, str] | None = None, homes: Collection[str] = (), *,
        named: Collection[str] = (), accepted: str = "*/*",
        timeout_s: float = 30, most: int = MOST,
    ) -> None:
        self.timeout, self.most = (CONNECT_S, timeout_s), most
        self.session = Careful(opening or {}, homes, named)
        self.session.max_redirects = REDIRECTS
        self.session.headers.update({"User-Agent": AGENT, "Accept": accepted})

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
                    raise Unreachable(f"{host} answered {response.status_code} {response.reason}", status=response.status_code,
                                      body=next(response.iter_content(SAID), b""), retry_after_s=asked_wait(response.headers))
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


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """For how long a server asks to be left alone: in seconds, or until a date; None where it does not."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
        return max(0.0, (until - datetime.now(until.tzinfo or UTC).replace(tzinfo=until.tzinfo)).total_seconds())
    except (ValueError, OverflowError):
        return None


def plain(error: requests.RequestException, host: str, timeout_s: float) -> str:
    """Why nothing came, in words."""
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer within {timeout_s:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} has no certificate that can be trusted"
    if isinstance(error, requests.TooManyRedirects | requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        return f"{host} leads elsewhere, to where nobody may follow"
    if led_inside(error):
        return (f"{host} is a machine that is not of the open internet, to which only an address of the pack may lead: "
                "name it there if it is meant")
    if isinstance(error, requests.ConnectionError):
        return f"{host} cannot be reached"
    return f"{host} broke off its answer"
