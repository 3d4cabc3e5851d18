"""A field of a form: Dash has no plain one, and its own answers to callbacks that pages do not have."""

from typing import Any, ClassVar

from dash.development.base_component import Component


class Input(Component):  # type: ignore[misc]
    """HTML's input, drawn by assets/faces.js like any element of Dash's."""

    _namespace = "dash_html_components"
    _type = "Input"
    _prop_names: ClassVar[list[str]] = ["id", "className", "defaultValue", "max", "min", "name", "required", "type"]
    _valid_wildcard_attributes: ClassVar[list[str]] = ["data-", "aria-"]
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    available_properties = _prop_names
    available_wildcard_properties = _valid_wildcard_attributes

    def __init__(self, **properties: Any) -> None:
        super().__init__(**properties)
