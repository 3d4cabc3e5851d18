"""Published statistics of regions, by period."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from data_access.areas import Areas
from data_access.engine import sql

STATISTICS = """
    SELECT s.key, s.region_id, s.period, s.value
      FROM statistic s
     WHERE s.region_id = ANY(:regions) AND s.key = ANY(:keys) AND s.period <= :year"""


@dataclass(frozen=True)
class Statistics:
    """Values by statistic and region, then by period; `periods` are those of each statistic anywhere read."""

    values: dict[tuple[str, int], dict[int, float]] = field(default_factory=dict)
    periods: dict[str, set[int]] = field(default_factory=dict)

    def of(self, key: str, region_id: int, period: int | None) -> float | None:
        """A region's value for a period; the newest one where none is given."""
        values = self.values.get((key, region_id), {})
        if period is None:
            period = max(values, default=None)
        return None if period is None else values.get(period)

    def common(self, keys: Sequence[str]) -> list[int]:
        """The periods for which all of these statistics were published, oldest first."""
        found = [self.periods.get(key, set()) for key in keys]
        return sorted(set.intersection(*found)) if found else []


def statistics(connection: Connection, areas: Areas, keys: Sequence[str], year: int) -> Statistics:
    """Read statistics of regions, up to a year.

    Source: statistic.
    """
    result = Statistics()
    if not keys:
        return result
    binds = {"regions": areas.ids, "keys": list(keys), "year": year}
    for key, region_id, period, value in connection.execute(sql(STATISTICS), binds):
        result.values.setdefault((key, region_id), {})[period] = value
        result.periods.setdefault(key, set()).add(period)
    return result
