"""How far a view reaches: whether all that it shows lies in a region or below."""

from data_access.city import City, Region
from layouts.view import Opened
from live import drawers
from live.desk import Desk


def within(desk: Desk, code: str) -> bool:
    """Whether the view's region and the record it opens lie within the region with this code.

    What does not exist has nothing to hide: the screen says that it is not there. An agency's cases are the whole city's.
    What a page may show is settled by its address.
    Raises: DataUnavailable.
    """
    if desk.view.page is not None:
        return True
    if not inside(desk.city, desk.region, code):
        return False
    opened = desk.view.opened
    if opened is None or opened.kind not in ("case", "device", "agency"):
        return True
    try:
        if opened.kind == "agency":
            return code == desk.city.root.code
        return inside(desk.city, desk.city.regions[home(desk, opened)], code)
    except LookupError:
        return True


def home(desk: Desk, opened: Opened) -> int:
    """The number of the region in which a case or a device is. Raises: LookupError where there is none; DataUnavailable."""
    return desk.case(drawers.number(opened.key)).line.region_id if opened.kind == "case" else desk.device(opened.key).region_id


def inside(city: City, region: Region, code: str) -> bool:
    """Whether a region is the one with this code or below it."""
    return any(step.code == code for step in city.path(region))
