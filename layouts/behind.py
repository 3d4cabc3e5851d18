"""What stands behind the screen and has no look: the components of Dash that callbacks speak to."""

from dash import dcc, html

from layouts import ids


def behind() -> html.Div:
    """The address, the map's stores, and the line about the last action."""
    return html.Div([dcc.Location(id=ids.ADDRESS, refresh="callback-nav"), *stores(),
                     html.Div(id=ids.TOAST, className="toast", role="status")])


def stores() -> list[dcc.Store]:
    """What the map shall show, and what was done on it."""
    return [dcc.Store(id=one) for one in (ids.MAP_STATE, ids.MAP_MOVING, ids.MAP_AREAS, ids.MAP_CLICK, ids.MAP_VIEW)]
