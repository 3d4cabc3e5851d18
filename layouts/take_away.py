"""What of a page can be taken along."""

from typing import Any

from dash import html

from layouts.look import Look


def actions(look: Look) -> list[Any]:
    """Print it; assets/page.js does."""
    return [html.Button(look.say("page.print"), type="button", className="plain-button", **{"data-print": ""})]
