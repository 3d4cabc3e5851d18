"""Where strangers' links may lead: into the open internet, and nowhere inside of the city's own network.

A feed names addresses that nobody here has chosen, and so does a redirect or a next page. What answers there is looked at once
the connection stands and before anything is asked, so a name that leads elsewhere a moment later leads nowhere.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address
from socket import socket

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from readers.discreet import Discreet, server


class Inside(NewConnectionError):
    """An address that a stranger named leads to a machine that is not of the open internet."""


def is_public(address: str) -> bool:
    """Whether an address is of the open internet: not of this machine, its neighbours or a network of one's own."""
    made = ip_address(address.partition("%")[0])
    return ((isinstance(made, IPv6Address) and made.ipv4_mapped) or made).is_global


def checked(made: socket, connection: HTTPConnection) -> socket:
    """A connection that leads outside. Raises: Inside."""
    if is_public(made.getpeername()[0]):
        return made
    made.close()
    raise Inside(connection, "it leads to a machine that is not of the open internet")


class OutsideHttp(HTTPConnection):
    """HTTP to the open internet."""

    def _new_conn(self) -> socket:
        return checked(super()._new_conn(), self)


class OutsideHttps(HTTPSConnection):
    """HTTPS to the open internet."""

    def _new_conn(self) -> socket:
        return checked(super()._new_conn(), self)


class OutsideHttpPool(HTTPConnectionPool):
    """Connections by HTTP."""

    ConnectionCls = OutsideHttp


class OutsideHttpsPool(HTTPSConnectionPool):
    """Connections by HTTPS."""

    ConnectionCls = OutsideHttps


class Outside(HTTPAdapter):
    """A way to the open internet alone. A proxy, where the environment names one, decides by itself."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        """The connections of this way."""
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": OutsideHttpPool, "https": OutsideHttpsPool}


class Careful(Discreet):
    """Asks the servers that the pack names wherever they stand, and others on the open internet alone."""

    def __init__(self, opening: Mapping[str, str], homes: Iterable[str], named: Iterable[str]) -> None:
        super().__init__(opening, homes)
        self.named = self.homes | {server(one) for one in named}
        self.outside = Outside()

    def get_adapter(self, url: str | bytes) -> HTTPAdapter:
        """The way to an address; each redirect asks for its own."""
        text = url if isinstance(url, str) else url.decode()
        return super().get_adapter(text) if server(text) in self.named else self.outside  # type: ignore[return-value]

    def close(self) -> None:
        """Let go of the connections."""
        super().close()
        self.outside.close()


def led_inside(error: requests.RequestException) -> bool:
    """Whether a question failed because the address leads inside."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), Inside)
