"""How many buildings stand in a region, for the map's key."""

from dataclasses import dataclass

from sqlalchemy import Engine

from data_access.engine import reading, sql


@dataclass(frozen=True)
class Stock:
    """The buildings of a region: how many, and whether any of them is simulated."""

    n: int
    simulated: bool


def stock(engine: Engine, region_id: int) -> Stock:
    """Count the buildings of a region.

    Raises: DataUnavailable.
    Source: building.
    """
    with reading(engine, "buildings") as connection:
        row = connection.execute(sql("""
            SELECT COALESCE(sum(b.n), 0)::int AS n, COALESCE(bool_or(s.simulated), false) AS simulated
              FROM (SELECT f.source_id, count(*) AS n
                      FROM building f JOIN region_ancestor a USING (region_id)
                     WHERE a.ancestor_id = :region GROUP BY 1) AS b
              JOIN source s USING (source_id)"""), {"region": region_id}).one()
    return Stock(row.n, row.simulated)
