"""Another application under a prefix of this one's port."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def mount(server: Flask, prefix: str, other: Wsgi) -> None:
    """Hand every request below the prefix over, untouched: limits, errors and answers are the other's own."""
    own = server.wsgi_app

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chosen = other if environ.get("PATH_INFO", "").startswith(prefix) else own
        return chosen(environ, start_response)

    server.wsgi_app = choose  # type: ignore[method-assign]
