"""Which regions a read reports: one of them, or all of a level within one."""

from dataclasses import dataclass

from data_access.city import City, Region
from indicators.statements import Reach


@dataclass(frozen=True)
class Areas:
    """Regions of one level, all within `top`; `rolled` says whether the rollups hold them."""

    top: Region
    level: int
    regions: tuple[Region, ...]
    rolled: bool

    @property
    def ids(self) -> list[int]:
        """The regions' ids."""
        return [region.region_id for region in self.regions]

    @property
    def reach(self) -> Reach:
        """The same, as a statement is told it."""
        return Reach(alone=self.regions == (self.top,), everywhere=self.top.level == 0)


def alone(city: City, region: Region) -> Areas:
    """One region by itself."""
    return Areas(region, region.level, (region,), region.level <= city.rollup_level)


def below(city: City, top: Region, level: int) -> Areas:
    """All regions of a level within a region; none where the level is not below it."""
    found: tuple[Region, ...] = (top,)
    for _ in range(top.level, level):
        found = tuple(child for region in found for child in city.children(region))
    return Areas(top, level, found if level > top.level else (), level <= city.rollup_level)
