"""Pages that are opened directly answer with the right status: a wrong address is no success."""

from collections.abc import Callable

from flask import Flask, Response, request

from data_access.city import City
from live import address, gate
from live.language import preferred

PAGES = {"/", "/<path:path>"}


def judge(server: Flask, city: Callable[[], City | None]) -> None:
    """Give the page of an address that cannot be shown status 404 or 400; the page itself says why."""

    @server.after_request
    def judged(response: Response) -> Response:
        here = city()
        is_page = request.url_rule is not None and request.url_rule.rule in PAGES
        if here is not None and is_page and response.status_code == 200:
            try:
                address.read(here, request.path, request.query_string.decode(errors="replace"),
                             preferred(request.accept_languages), gate.scope())
            except address.Refused as refused:
                response.status_code = refused.status
        return response
