"""A page in place of the wall, for a reader at a desk: its skeleton, its head, and what all its parts share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dash import html

from layouts import header, ids, links, take_away
from layouts.look import Look

Align = Literal["text", "number"]


def skeleton() -> html.Div:
    """Where a page's parts stand; it is seen only while a page is shown."""
    return html.Div([html.Header(id=ids.PAGE_HEAD, className="page-head"),
                     html.Main([html.Section(id=part, className=f"part {part}") for part in ids.PAGE_PARTS])],
                    id=ids.PAGE, className="page")


def blank(filled: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """All parts' children by id: those given, and nothing in the others."""
    return {part: {"children": filled.get(part, [])} for part in ids.PAGE_PARTS}


def emptied(kept: Iterable[str]) -> dict[str, dict[str, Any]]:
    """All parts but those kept, empty: another page may have filled them."""
    used = set(kept)
    return {part: {"children": []} for part in ids.PAGE_PARTS if part not in used}


def head(look: Look, steps: Sequence[tuple[Any, str | None]]) -> list[Any]:
    """The city, the way to this page, what can be taken along, the other language.

    `steps` are names and addresses, the last one without.
    """
    way: list[Any] = [links.link(look.say("page.wall"), links.to_wall(look.view))]
    for name, address in steps:
        way += [html.I("›", **{"aria-hidden": "true"}), html.B(name) if address is None else links.link(name, address)]
    return [html.Div([
        links.link(header.brand(look.city, look.language), links.to_wall(look.view), className="brand"),
        html.Nav(way, className="crumb", **{"aria-label": look.say("page.way")}),
        html.Div(take_away.actions(look), className="take"),
        html.Div(header.languages(look), className="lang"), html.Div(header.theme(look.language), className="theme"),
    ], className="head-row")]


def part(title: Any, body: Sequence[Any], beside: Sequence[Any] = ()) -> list[Any]:
    """A part: its title with what stands beside it, and its body."""
    return [html.Div([html.H2(title), *beside], className="part-head"), *body]


@dataclass(frozen=True)
class Column:
    """One column of a table: what its head says, and how its cells stand."""

    head: Any
    align: Align = "text"
    label: str = ""                                          # stands before the cell where there is room for one column only
    sorted: Literal["ascending", "descending"] | None = None
    name: str = ""


def table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str, name: str = "",
          chosen: Sequence[bool] = ()) -> html.Table:
    """A table whose first cells name their rows.

    Roles are said again: a narrow page lays rows out as blocks, and browsers then forget that they were rows.
    """
    heads = [html.Th(one.head, scope="col", className=f"{one.align} {one.name}", role="columnheader",
                     **({} if one.sorted is None else {"aria-sort": one.sorted})) for one in columns]
    marked = [*chosen, *(False for _ in rows[len(chosen):])]
    return html.Table([
        html.Caption(caption, className="unseen"),
        html.Thead(html.Tr(heads, role="row"), role="rowgroup"),
        html.Tbody([html.Tr(cells(columns, row), role="row", className="chosen" if mark else "")
                    for row, mark in zip(rows, marked, strict=True)], role="rowgroup"),
    ], className=f"table {name}", role="table")


def cells(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    """A row's cells, the first its head."""
    return [
        html.Th(cell, scope="row", role="rowheader", className=f"{column.align} {column.name}") if at == 0 else
        html.Td(cell, role="cell", className=f"{column.align} {column.name}", **{"data-label": column.label})
        for at, (column, cell) in enumerate(zip(columns, row, strict=True))
    ]


def figure(value: Any, label: str) -> html.Div:
    """One number of a page's title, over its name."""
    return html.Div([html.B(value), html.Span(label)], className="figure")
