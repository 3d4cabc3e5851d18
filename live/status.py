"""Pages that are opened directly answer with the right status: a wrong address is no success."""

from collections.abc import Callable

from flask import Flask, Response, request

from data_access import case_names
from data_access.city import City
from data_access.engine import DataUnavailable, Engine
from data_access.reject_rows import UnknownSource, identify
from layouts.address.pages import OrganizationPage, SourcePage
from layouts.view import View
from live import address, gate
from live.language import preferred

PAGES = {"/", "/<path:path>"}


def judge(server: Flask, city: Callable[[], City | None], known: Callable[[View], bool]) -> None:
    """Give the page of an address that cannot be shown status 404 or 400; the page itself says why.

    `known` tells whether the record that a view's page is about exists.
    """

    @server.after_request
    def judged(response: Response) -> Response:
        here = city()
        is_page = request.url_rule is not None and request.url_rule.rule in PAGES
        if here is not None and is_page and response.status_code == 200:
            try:
                view = address.read(here, request.path, request.query_string.decode(errors="replace"),
                                    preferred(request.accept_languages), gate.scope())
                if not known(view):
                    response.status_code = 404
            except address.Refused as refused:
                response.status_code = refused.status
        return response


def exists(engine: Engine, view: View) -> bool:
    """Whether the source or the organization that a view's page is about is known; while nobody can say, it is taken to be."""
    try:
        if isinstance(view.page, OrganizationPage):
            return view.page.code in case_names.names(engine).agencies
        if isinstance(view.page, SourcePage):
            identify(engine, view.page.key)
    except UnknownSource:
        return False
    except DataUnavailable:
        return True
    return True
