"""Where the pictures of devices are: addresses of streams and snapshots, and from which places a page may open them. No database.

The pack says of a source where the pictures of its cameras are; nothing outside is opened that the pack does not name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

CODE = "{code}"
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
SPACE = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")


@dataclass(frozen=True)
class Pictures:
    """What a pack says of a source's pictures: templates that hold `{code}`, and the places that addresses may lie at."""

    stream: str | None = None
    snapshot: str | None = None
    places: frozenset[str] = frozenset()

    def origins(self) -> frozenset[str]:
        """Every place that a page may open pictures from."""
        return self.places | {origin(one) for one in (self.stream, self.snapshot) if one is not None}


@dataclass(frozen=True)
class Picture:
    """The pictures of one device; `stranger` is the place of an address that the pack does not name, which stays shut."""

    stream: str | None = None
    snapshot: str | None = None
    stranger: str | None = None


def origin(address: str) -> str:
    """The place of an address, such as https://media.example:8443. Raises: ValueError when it is no web address."""
    wanted = "an address that begins with http:// or https:// was expected, without a password or spaces"
    if SPACE.search(address):
        raise ValueError(wanted)
    parts = urlsplit(address)
    host, port = parts.hostname, parts.port
    if parts.scheme not in ("http", "https") or not host or not HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError(wanted)
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}"


def of_device(said: Pictures | None, code: str, stream: str | None, snapshot: str | None) -> Picture:
    """A device's pictures: at its own addresses, else where its source says; none at a place that the pack does not name."""
    said = said or Pictures()
    wanted = (stream or filled(said.stream, code), snapshot or filled(said.snapshot, code))
    allowed = said.origins()
    fine, still = (address if address is not None and place_of(address) in allowed else None for address in wanted)
    shut = [place_of(address) for address in wanted if address not in (None, fine, still)]
    return Picture(fine, still, shut[0] if shut and fine is None and still is None else None)


def place_of(address: str) -> str:
    """The place of an address, or the address itself when it has none."""
    try:
        return origin(address)
    except ValueError:
        return address


def filled(template: str | None, code: str) -> str | None:
    """A template with a device's code in it."""
    return None if template is None else template.replace(CODE, quote(code, safe=""))


_known: dict[str, Pictures] = {}


def adopt(said: Mapping[str, Pictures]) -> None:
    """Take what the pack says, by source; once, before any page is made."""
    _known.clear()
    _known.update(said)


def of_source(key: str) -> Pictures | None:
    """What the pack says of a source."""
    return _known.get(key)


def opened() -> list[str]:
    """Every place that the pack's pictures come from."""
    return sorted({place for said in _known.values() for place in said.origins()})
