"""A new state of the map is handed to its script, in the browser."""

from dash import ClientsideFunction, Dash, Input

from layouts import ids


def register(app: Dash) -> None:
    """No server is asked: the state came by the stream."""
    app.clientside_callback(ClientsideFunction("tonglan_map", "apply"), Input(ids.MAP_STATE, "data"))
    app.clientside_callback(ClientsideFunction("tonglan_map", "warn"), Input(ids.MAP_AREAS, "data"))
    app.clientside_callback(ClientsideFunction("tonglan_map", "move"), Input(ids.MAP_MOVING, "data"))
