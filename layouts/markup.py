"""HTML as text, of components that need no script: what a page begins with, before any script has run."""

from html import escape
from typing import Any

from dash.development.base_component import Component

HTML = "dash_html_components"
NAMES = {"className": "class", "tabIndex": "tabindex"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def markup(part: Any) -> str:
    """Text, a component of `dash.html`, or a sequence of both. Raises: TypeError for a component that only a script can draw."""
    if part is None:
        return ""
    if isinstance(part, Component):
        return element(part)
    if isinstance(part, list | tuple):
        return "".join(map(markup, part))
    return escape(str(part))


def element(part: Component) -> str:
    """One element with all that is in it."""
    if part._namespace != HTML:
        raise TypeError(f"{part._namespace}.{part._type} is nothing without its script")
    props = {name: value for name, value in part.to_plotly_json()["props"].items() if name != "children"}
    tag = part._type.lower()
    begin = f"<{tag}{''.join(attribute(NAMES.get(name, name), value) for name, value in props.items())}>"
    return begin if tag in VOID else f"{begin}{markup(getattr(part, 'children', None))}</{tag}>"


def attribute(name: str, value: Any) -> str:
    """One attribute with the blank before it; nothing for one that is not set."""
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
