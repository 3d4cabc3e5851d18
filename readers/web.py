"""Fetching over HTTP: patient with servers that are busy, never with answers that never end; secrets stay out of messages."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError
from urllib3.util.retry import Retry

from readers.content import CHUNK, Content, Folder
from readers.discreet import Discreet
from readers.limits import MOST_ANSWER, MOST_DOWNLOADED
from readers.spec import Read
from readers.table import Unreadable

CONNECT_S = 10
TRIES = 5
PAUSE_S = 0.5               # before the second try; it doubles each time
LONGEST_PAUSE_S = 300       # that a server may ask for
BUSY = (429, 500, 502, 503, 504)
AGENT = "tonglan"


@dataclass(frozen=True)
class Answer:
    """What a server said: the body, and where it says the next page is."""

    status: int
    body: bytes
    next: str | None


class Client:
    """Asks for one source's addresses. Raises: Unreadable, everywhere."""

    def __init__(self, read: Read) -> None:
        self.name, self.timeout = read.url or "", (CONNECT_S, read.timeout_s)
        self.session = Discreet({key: secret(value, self.name) for key, value in read.headers.items()}, [self.name])
        self.session.headers["User-Agent"] = AGENT
        # Busy servers are asked again here; those that stay away or break off by `_again` alone, or five tries were thirty.
        retry = Retry(total=TRIES, connect=0, read=False, other=0, backoff_factor=PAUSE_S, status_forcelist=BUSY,
                      allowed_methods={"GET"}, raise_on_status=False, retry_after_max=LONGEST_PAUSE_S)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=retry))

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def get(self, url: str, parameters: Mapping[str, str], may_be_gone: bool = False) -> Answer | None:
        """One page, tried again when the answer breaks off; None when it is not there and need not be."""
        for left in reversed(range(TRIES)):
            try:
                with self._asked(url, parameters) as response:
                    if may_be_gone and response.status_code == 404:
                        return None
                    self._require(response)
                    body = b"".join(self._limited(response, MOST_ANSWER))
                    return Answer(response.status_code, body, response.links.get("next", {}).get("url"))
            except requests.RequestException as error:
                self._again(error, left)
        raise AssertionError("the last try returns or raises")

    def download(self, url: str, parameters: Mapping[str, str]) -> Content:
        """A file, stamped with the hash of what it holds; the copy is deleted when nobody holds it any more."""
        folder = Folder()
        target = folder.path / "content"
        for left in reversed(range(TRIES)):
            digest = hashlib.sha256()
            try:
                with self._asked(url, parameters) as response, target.open("wb") as out:
                    self._require(response)
                    for chunk in self._limited(response, MOST_DOWNLOADED):
                        digest.update(chunk)
                        out.write(chunk)
                return Content(self.name, target, None, digest.hexdigest()[:32], (folder,))
            except requests.RequestException as error:
                self._again(error, left)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _asked(self, url: str, parameters: Mapping[str, str]) -> Iterator[requests.Response]:
        with self.session.get(url, params=dict(parameters), timeout=self.timeout, stream=True) as response:
            yield response

    def _require(self, response: requests.Response) -> None:
        if response.status_code >= 400:
            said = next(response.iter_content(400), b"").decode("utf-8", "replace").strip()
            raise Unreadable(self.name, f"answered {response.status_code} {response.reason}{f': {said}' if said else ''}")

    def _limited(self, response: requests.Response, most: int) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_content(CHUNK):
            size += len(chunk)
            if size > most:
                raise Unreadable(self.name, f"answered with more than {most:,} bytes, so it is refused")
            yield chunk

    def _again(self, error: requests.RequestException, left: int) -> None:
        """Wait before the next try. Raises: Unreadable when there is none."""
        if not left or isinstance(error, requests.exceptions.RetryError | requests.exceptions.InvalidURL):
            raise Unreadable(self.name, self._plain(error)) from None      # the error's own text may hold a secret parameter
        time.sleep(PAUSE_S * 2 ** (TRIES - 1 - left))

    def _plain(self, error: requests.RequestException) -> str:
        host = urlsplit(self.name).hostname
        hung = isinstance(next(iter(error.args), None), ReadTimeoutError)     # in the middle of its answer
        if isinstance(error, requests.Timeout) or hung:
            return f"{host} did not answer within {self.timeout[1]:g} s, {TRIES} times"
        if isinstance(error, requests.exceptions.SSLError):
            return f"{host} has no certificate that can be trusted"
        if isinstance(error, requests.ConnectionError):
            return f"{host} cannot be reached"
        return f"{host} broke off its answer, {TRIES} times"


def secret(value: str, name: str) -> str:
    """A value as said, or of the environment variable that it names. Raises: Unreadable when that is not set."""
    if not value.startswith("$"):
        return value
    found = os.environ.get(value[1:])
    if found is None:
        raise Unreadable(name, f"the environment variable {value[1:]} is not set")
    return found
