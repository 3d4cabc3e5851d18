"""Requests of every operation that a door describes, each answered, none by a fault, all as the description says.

Schemathesis makes them up, good and bad ones, which takes it longer than the door takes to answer. So each is sent again with
its body, its query and its path changed. MALFORMED=100000 sends as many instead of the suite's few.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.hostile import TRIED, Hostile, asked, hostile

DESCRIBED = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]
CHANGED = 30    # requests that each becomes where many are asked for
NAMES = ("rows", "columns", "id", "a")


def ask_all(application: Any, address: str, headers: Callable[[], dict[str, str]], examples: int) -> Counter[int]:
    """Send requests of every operation, so many of each. Returns: how often each status was the answer."""
    statuses: Counter[int] = Counter()
    operations = list(schemathesis.openapi.from_wsgi(address, application).get_all_operations())
    wanted = asked()
    each = examples if wanted is None else max(2, wanted // (1 + CHANGED) // len(operations))
    for found in operations:
        assert isinstance(found, Ok), found
        good, bad = (found.ok().as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)

        @settings(max_examples=each, deadline=None, derandomize=wanted is None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(request=good | bad, rubbish=hostile())
        def attempt(request: schemathesis.Case[Any], rubbish: Hostile) -> None:
            body, query, path = request.body, dict(request.query or {}), dict(request.path_parameters or {})
            for number in range(1 if wanted is None else 1 + CHANGED):
                if number:
                    request.body = changed(body, request.media_type, rubbish)
                    request.query = {name: said(value, rubbish) for name, value in query.items()}
                    request.path_parameters = {name: step(value, rubbish) for name, value in path.items()}
                got = request.call(headers=headers())
                statuses[got.status_code] += 1
                request.validate_response(got, checks=DESCRIBED)
            TRIED[f"requests by {address}"] += 1 if wanted is None else 1 + CHANGED

        attempt()
    return statuses


def changed(body: Any, mimetype: str | None, rubbish: Hostile) -> Any:
    """A body like another, as bytes where it is JSON, which may then be damaged, too."""
    if isinstance(body, bytes):
        return rubbish.damaged(body)
    if isinstance(body, dict) and mimetype is not None and "form" in mimetype:
        return {name: said(value, rubbish) for name, value in body.items()}
    return rubbish.body(rubbish.changed(body, NAMES)) if isinstance(body, dict | list) else body


def said(value: Any, rubbish: Hostile) -> Any:
    """A value of a query or a form, at times another."""
    return rubbish.text().encode("utf-8", "replace").decode() if rubbish.chance(0.3) else value


def step(value: Any, rubbish: Hostile) -> Any:
    """A part of the path, rarely another that a path may have."""
    other = quote(rubbish.text().encode("utf-8", "replace"), safe="")
    return other if rubbish.chance(0.1) and other not in ("", ".", "..") else value
