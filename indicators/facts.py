"""The facts that metrics and stocks are written over: name → what stands in FROM, and which row it is.

Every fact offers `region_id` (its leaf region), and those that are traced `batch_id` and `row_no`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One kind of fact: `relation` is SQL for FROM (alias it `f`), `identity` names its row.

    `at` is its own instant, by which its rows are listed. A fact that `spreads` is about an area: as a
    stock it stands in the areas above and in all below. One that is not `traced` carries no batch of its
    own, but a device_id: it is traced to what the device said at `at`.
    """

    relation: str
    identity: str
    at: str
    spreads: bool = False
    traced: bool = True


FACTS: dict[str, Fact] = {
    "case": Fact("city_case", "case_id", "reported_at"),
    "message": Fact("message", "message_id", "occurred_at"),
    "warning": Fact("warning", "warning_id", "sent_at", spreads=True),
    "enterprise": Fact("enterprise", "enterprise_id", "registered_at"),
    "place": Fact("place", "place_id", "NULL"),
    "flight": Fact("flight", "flight_id", "scheduled_at"),
    "observation": Fact(
        """(SELECT o.*, d.region_id, d.code AS device_code, d.kind, p.key AS property,
                   p.watch, p.alarm, p.low_is_bad
              FROM observation o JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
        "observed_at",
    ),
    "device": Fact("device", "code", "last_at", traced=False),
    "latest": Fact(
        """(SELECT l.*, d.region_id, d.source_id, d.code AS device_code, d.kind, d.enabled, d.interval_s,
                   p.key AS property, p.watch, p.alarm, p.low_is_bad
              FROM latest_observation l JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
        "observed_at",
        traced=False,
    ),
}
