"""An order's file in pieces: the table, and what it says of itself."""

from collections.abc import Iterator

from live.desk import Desk
from live.exports import orders, sheet, tables
from live.exports.csv_file import csv_file
from live.exports.orders import Order
from live.exports.workbook import MIME, workbook

MIMES = {"csv": "text/csv", "xlsx": MIME}


def pieces(desk: Desk, order: Order, kind: str, *, bare: bool = False) -> Iterator[bytes]:
    """The file as CSV, or as a workbook with all that belongs to it. Raises: DataUnavailable."""
    table, facts = tables.table(desk, order)
    told = [*facts, (desk.look.say("about.address"), orders.address(order, kind))]
    if kind == "csv":
        return csv_file(table, () if bare else told)
    return workbook([sheet.about(desk.look.say("take.about"), told, desk.look.language), table, *tables.more(desk, order)])
