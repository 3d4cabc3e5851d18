"""Everything that needs action now, beyond the three things in the band."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.attention import Attention
from layouts.attention import item
from layouts.drawer import sheet
from layouts.look import Look


def attention(look: Look, items: Sequence[Attention]) -> list[Any]:
    """Draw the whole list in the band's order and with its numbers."""
    if not items:
        return sheet(look, [], "", look.say("attention.none"), [html.P(look.say("attention.checked"), className="t3")])
    return sheet(look, [], str(len(items)), look.say("attention"),
                 [html.Ol([html.Li(item(look, number, one)) for number, one in enumerate(items, start=1)], className="urgent")])
