"""A briefing as a file: its page on paper, or its figures as a workbook."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from indicators.editions import Form
from layouts import take_away
from layouts.view import View
from live.briefings.maker import Press
from live.desk import Desk
from live.exports import files
from live.exports.orders import Order
from live.printing.printer import Printer
from live.printing.routes import sheet


def press(desk: Callable[[View], Desk], printer: Printer) -> Press:
    """What makes files; `desk` is where a briefing's numbers are read."""
    def pieces(view: View, form: Form) -> Iterable[bytes]:
        found = desk(view)
        if form == "pdf":
            return [printer.pdf(sheet(found))]
        order = Order("briefing", View(take_away.period(found.look).scope))
        return files.pieces(replace(found, view=order.view), order, form)

    return pieces
