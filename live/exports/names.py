"""What a file that is taken away is called: what, where, when."""

import re
from urllib.parse import quote

from layouts.address.pages import SourcePage
from layouts.look import Look
from live.exports.orders import Order

UNNAMED = re.compile(r'[\\/:*?"<>|\x00-\x1f\s]+')   # what no system's file may be called
LONGEST = 120


def of(look: Look, order: Order, kind: str) -> str:
    """The name of an order's file."""
    what = look.say(f"take.{order.what}")
    if isinstance(order.view.page, SourcePage):
        return f"{plain('-'.join((what, order.view.page.key, day(look))))}.{kind}"
    title = what if order.indicator is None else f"{look.read(order.indicator.title)}-{what}"
    return filed(look, title, kind)


def filed(look: Look, title: str, kind: str) -> str:
    """The name of a file about the region and the period that are looked at."""
    parts = (title, look.read(look.region.name), look.view.scope.window.replace("..", "_"), day(look))
    return f"{plain('-'.join(parts))}.{kind}"


def day(look: Look) -> str:
    """The day on which it is made, by the city's clock."""
    return look.now.astimezone(look.zone).strftime("%Y%m%d")


def plain(name: str) -> str:
    """A name as any system's file may be called."""
    return UNNAMED.sub(" ", name)[:LONGEST].strip()


def attached(name: str) -> str:
    """The header that says so (RFC 6266): in any letters, and in plain ones for what cannot read those."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
