"""A long table that is sorted, filtered and walked by keyboard; assets/grids.js draws it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_ag_grid as dag
from dash import html

Kind = Literal["text", "number", "instant", "drawing"]   # a drawing is neither sorted nor filtered
Value = str | float | int | None

LIBRARY = dag.__name__
WHOLE = 25        # a table of so many rows stands whole; a longer one scrolls in itself
FILTERED = 12     # from so many rows on the fields to filter by are seen at once
FILTERS: dict[Kind, str | bool] = {
    "text": "agTextColumnFilter", "number": "agNumberColumnFilter", "instant": False, "drawing": False}
FACE = "$"        # the mark under which a cell's face stands beside its value


@dataclass(frozen=True)
class Column:
    """One column: its key in the rows, what its head says, and what its cells are.

    `width` in pixels; without one a column takes its share of the room. The first column stays in sight. `narrow` is the width
    on a phone: 0 leaves the column out there, and the whole table has no fields to filter by.
    """

    key: str
    head: str
    kind: Kind = "text"
    width: int | None = None
    tip: str = ""
    narrow: int | None = None


@dataclass(frozen=True)
class Cell:
    """A value, by which is sorted and filtered (an instant as ISO 8601 in UTC), and its face: text or any component."""

    value: Value
    face: Any = None


Row = Mapping[str, Cell | Value]


def table(name: str, caption: str, columns: Sequence[Column], rows: Sequence[Row], row_height: int | None = None) -> html.Div:
    """Draw rows; `name` is the table's own on its page, `caption` says what it shows to those who cannot see it.

    A row's key is its `id` where it has one, else its place: by it a row that changes stays the row it was.
    """
    grid = dag.AgGrid(
        id=f"table-{name}",
        columnDefs=[definition(column, first=at == 0, filtered=len(rows) >= FILTERED) for at, column in enumerate(columns)],
        rowData=[data(columns, row, at) for at, row in enumerate(rows)],
        dashGridOptions=({"domLayout": "autoHeight"} if len(rows) <= WHOLE else {})
        | ({} if row_height is None else {"rowHeight": row_height}),
    )
    return html.Div(grid, role="group", className="long", **{"aria-label": caption})


def definition(column: Column, *, first: bool, filtered: bool) -> dict[str, Any]:
    """A column in AG Grid's words."""
    return {
        "field": column.key, "headerName": column.head, "filter": FILTERS[column.kind],
        **({"floatingFilter": True} if filtered and FILTERS[column.kind] else {}),
        **({"flex": 1} if column.width is None else {"width": column.width}),
        **({"type": "rightAligned"} if column.kind == "number" else {}),
        **({"sortable": False} if column.kind == "drawing" else {}),
        **({"headerTooltip": column.tip} if column.tip else {}),
        **({} if column.narrow is None else {"narrow": column.narrow}),
        **({"cellClass": "name", "minWidth": 140} if first else {}),
    }


def data(columns: Sequence[Column], row: Row, place: int) -> dict[str, Any]:
    """A row in AG Grid's words: values, and beside them the faces of those that have one."""
    found = {column.key: row.get(column.key) for column in columns}
    cells = {key: cell if isinstance(cell, Cell) else Cell(cell) for key, cell in found.items()}
    key = row.get("id", place)
    return {"id": str(key.value if isinstance(key, Cell) else key)} | {
        name: value for key, cell in cells.items()
        for name, value in ((key, cell.value), (key + FACE, cell.face)) if value is not None}
