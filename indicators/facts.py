"""The facts that metrics and stocks are written over: name → what stands in FROM, and which row it is.

Every fact offers `region_id` (its leaf region), and those that are traced `batch_id` and `row_no`.
`CALLED` says in words what a row of some of them is.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One kind of fact: `relation` is SQL for FROM (alias it `f`), `identity` names its row.

    `at` is its own instant, by which its rows are listed. A fact that `spreads` is about an area: as a
    stock it stands in the areas above and in all below. One that is not `traced` carries no batch of its
    own, but a device_id: it is traced to what the device said at `at`. What is kept in its newest state
    only has `then`, the relation as it was at the bound instant :at. Where few of the facts can be in any
    state now, `now` is those: a relation that an index holds.
    """

    relation: str
    identity: str
    at: str
    spreads: bool = False
    traced: bool = True
    then: str | None = None
    now: str | None = None

    def standing(self, *, live: bool) -> str:
        """The relation in which stocks are counted: now, or at :at."""
        return (self.now if live else self.then) or self.relation


# The newest word of each device and property at or before :at; older than a week counts as none.
SPOKEN = """
    latest_observation l CROSS JOIN LATERAL (
        SELECT o.observed_at, o.value
          FROM observation o
         WHERE o.device_id = l.device_id AND o.property_id = l.property_id
           AND o.observed_at <= :at AND o.observed_at > :at - interval '7 days'
         ORDER BY o.observed_at DESC
         LIMIT 1) AS spoken"""
# What came, by the hour; a whole hour of a source has no row of its own in the file or the request.
ARRIVALS = """
    (SELECT a.*, s.key || ' ' || a.dataset AS told, 0 AS row_no
       FROM arrival a JOIN source s USING (source_id))"""
# A source has been heard when a batch of it came, whatever became of its rows.
SOURCES = """
    (SELECT s.source_id, s.key, s.refresh_seconds, root.region_id, NULL::int AS device_id, heard.at AS last_at
       FROM source s
       JOIN region root ON root.parent_id IS NULL
      CROSS JOIN LATERAL ({heard}) AS heard
      WHERE heard.at IS NOT NULL)"""
KNOWN = """d.device_id, d.region_id, d.source_id, d.code AS device_code, d.kind, d.enabled, d.interval_s,
                   p.property_id, p.key AS property, p.watch, p.alarm, p.low_is_bad"""

FACTS: dict[str, Fact] = {
    "case": Fact("city_case", "case_id", "reported_at", now="(SELECT * FROM city_case WHERE closed_at IS NULL)"),
    "message": Fact("message", "message_id", "occurred_at"),
    "warning": Fact("warning", "warning_id", "sent_at", spreads=True),
    "enterprise": Fact("enterprise", "enterprise_id", "registered_at"),
    "place": Fact("place", "place_id", "NULL"),
    "building": Fact("building", "building_id", "NULL"),
    "flight": Fact("flight", "flight_id", "scheduled_at"),
    "vehicle": Fact("vehicle", "vehicle_id", "observed_at"),
    "stop_event": Fact("stop_event", "stop_event_id", "scheduled_at"),
    "observation": Fact(
        """(SELECT o.*, d.region_id, d.code AS device_code, d.kind, p.key AS property,
                   p.watch, p.alarm, p.low_is_bad
              FROM observation o JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
        "observed_at",
    ),
    "device": Fact(
        "device", "code", "last_at", traced=False,
        then=f"""(SELECT d.device_id, d.code, d.source_id, d.kind, d.region_id, d.interval_s, d.enabled, d.installed_at,
                   heard.last_at
              FROM device d LEFT JOIN (SELECT l.device_id, max(spoken.observed_at) AS last_at
                                         FROM {SPOKEN}
                                        GROUP BY 1) AS heard USING (device_id))""",
    ),
    "latest": Fact(
        f"""(SELECT l.observed_at, l.value, {KNOWN}
              FROM latest_observation l JOIN device d USING (device_id) JOIN property p USING (property_id))""",
        "device_code",
        "observed_at",
        traced=False,
        then=f"""(SELECT spoken.observed_at, spoken.value, {KNOWN}
              FROM {SPOKEN} JOIN device d USING (device_id) JOIN property p USING (property_id))""",
    ),
    "arrival": Fact(ARRIVALS, "told", "at"),
    "source": Fact(
        SOURCES.format(heard="SELECT max(f.last_received_at) AS at FROM feed f WHERE f.source_id = s.source_id"),
        "key",
        "last_at",
        traced=False,
        then=SOURCES.format(
            heard="SELECT max(b.received_at) AS at FROM batch b WHERE b.source_id = s.source_id AND b.received_at <= :at"),
    ),
    "finding": Fact("(SELECT f.*, NULL::int AS device_id FROM finding f)", "finding_id", "since", traced=False),
}

# What a row is, as SQL over the alias `f`: an array of its name in Chinese and in English. What residents wrote is not shown.
MEASURED = """(SELECT ARRAY[k.name_zh || ' · ' || p.name_zh, k.name_en || ' · ' || p.name_en]
                    FROM device_kind k, property p WHERE k.kind = f.kind AND p.key = f.property)"""
CALLED: dict[str, str] = {
    "case": """(SELECT ARRAY[c.name_zh || coalesce(' · ' || f.address, ''), c.name_en || coalesce(' · ' || f.address, '')]
                    FROM case_class c WHERE c.code = f.class_code)""",
    "warning": "ARRAY[f.headline_zh, f.headline_en]",
    "enterprise": "ARRAY[f.name, f.name]",
    "place": "ARRAY[f.name, f.name]",
    "vehicle": "array_fill(coalesce(f.label, f.line, f.external_id), ARRAY[2])",
    "stop_event": "array_fill(concat_ws(' · ', f.line, coalesce(f.stop, f.trip)), ARRAY[2])",
    "flight": "ARRAY[f.origin || ' → ' || f.destination, f.origin || ' → ' || f.destination]",
    "observation": MEASURED,
    "latest": MEASURED,
    "device": "(SELECT ARRAY[k.name_zh, k.name_en] FROM device_kind k WHERE k.kind = f.kind)",
    "source": "(SELECT ARRAY[s.name_zh, s.name_en] FROM source s WHERE s.key = f.key)",
    "finding": "ARRAY[f.text_zh, f.text_en]",
}
