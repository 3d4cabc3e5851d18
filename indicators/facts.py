"""The facts that metrics and stocks are written over: name → what stands in FROM, and which row it is.

Every fact offers `region_id` (its leaf region), `batch_id` and `row_no` beside its own columns.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One kind of fact: `relation` is SQL for FROM (alias it `f`), `identity` names its row.

    A fact that `spreads` is about an area: as a stock it stands in the areas above and in all below.
    """

    relation: str
    identity: str
    spreads: bool = False


FACTS: dict[str, Fact] = {
    "case": Fact("city_case", "case_id"),
    "message": Fact("message", "message_id"),
    "warning": Fact("warning", "warning_id", spreads=True),
    "enterprise": Fact("enterprise", "enterprise_id"),
    "place": Fact("place", "place_id"),
    "flight": Fact("flight", "flight_id"),
    "observation": Fact(
        """(SELECT o.*, d.region_id, d.code AS device_code, d.kind, p.key AS property,
                   p.watch, p.alarm, p.low_is_bad
              FROM observation o JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
    ),
    "device": Fact("device", "device_id"),
    "latest": Fact(
        """(SELECT l.*, d.region_id, d.code AS device_code, d.kind, d.enabled, d.interval_s,
                   p.key AS property, p.watch, p.alarm, p.low_is_bad
              FROM latest_observation l JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
    ),
}
