"""Pictures on their way to a browser: component properties as bytes, and what differs between two."""

from collections.abc import Mapping
from typing import Any

import orjson

Picture = Mapping[str, Mapping[str, Any]]   # component id → property → value
Encoded = dict[str, dict[str, bytes]]       # the same, each value as JSON

OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def encode(picture: Picture) -> Encoded:
    """Serialise each property once, for however many viewers."""
    return {
        component: {name: orjson.dumps(value, default=_component, option=OPTIONS) for name, value in props.items()}
        for component, props in picture.items()
    }


def difference(old: Encoded, new: Encoded) -> Encoded:
    """The properties of `new` that `old` has not, or has otherwise."""
    changed = {
        component: {name: value for name, value in props.items() if old.get(component, {}).get(name) != value}
        for component, props in new.items()
    }
    return {component: props for component, props in changed.items() if props}


def merge(base: Encoded, newer: Encoded) -> None:
    """Lay a newer picture over `base`, in place."""
    for component, props in newer.items():
        base.setdefault(component, {}).update(props)


def join(picture: Encoded) -> bytes:
    """One JSON object out of the serialised properties."""
    return b"{" + b",".join(
        orjson.dumps(component) + b":{" + b",".join(orjson.dumps(name) + b":" + value for name, value in props.items()) + b"}"
        for component, props in picture.items()
    ) + b"}"


def _component(value: Any) -> Any:
    """What orjson does not know: a Dash component."""
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"{type(value).__name__} cannot be sent to a browser")
