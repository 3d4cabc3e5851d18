"""What a value is worth: good, stale, dead, without base, not applicable here, or no data at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from data_access.areas import Areas
from data_access.city import Region
from data_access.engine import sql
from data_access.feeds import Feed
from data_access.material import Material
from indicators.algebra import Value, metric_keys, statistic_keys
from indicators.definition import Indicator, Ratio, Standing
from indicators.reading import Status
from indicators.text import Text

EQUIPPED = """
    SELECT DISTINCT p.key, a.ancestor_id
      FROM property p
      JOIN latest_observation l USING (property_id)
      JOIN device d USING (device_id)
      JOIN region_ancestor a ON a.region_id = d.region_id
     WHERE p.key = ANY(:properties) AND a.ancestor_id = ANY(:regions)"""

LEVEL = Text("此层级不适用", "Not measured at this level")
NEVER = Text("尚未收到数据", "No data received yet")
LATER = Text("此时段尚未开始", "This period has not begun")
BEFORE = Text("数据始于此时段之后", "The data begins after this period")
UNPUBLISHED = Text("该区域未发布此项", "Not published for this region")
NO_OBJECT = Text("区内没有此类对象", "None of these in this region")
NO_DEVICE = Text("区内没有此类设备", "No such device in this region")
QUIET = Text("时段内没有读数", "No reading in this period")
NO_BASE = Text("无基数：分母为零", "No base: the denominator is zero")


@dataclass(frozen=True)
class Verdict:
    """What a value is worth, and why where it is not simply good."""

    status: Status
    why: Text | None = None


def equipment(
    connection: Connection, areas: Areas, indicators: Sequence[Indicator], values: dict[tuple[str, int], Value],
) -> set[tuple[str, int]]:
    """For means of device properties that found nothing: which regions have such a device at all."""
    properties = {
        observed(indicator) for indicator in indicators
        if observed(indicator) and any(nothing(values.get((indicator.key, region_id))) for region_id in areas.ids)
    }
    if not properties:
        return set()
    binds = {"properties": sorted(properties), "regions": areas.ids}
    return {(key, region_id) for key, region_id in connection.execute(sql(EQUIPPED), binds)}


def observed(indicator: Indicator) -> str:
    """The device property that an indicator measures; empty when it measures something else."""
    subject, _, key = indicator.subject.partition(":")
    return key if subject == "observation" else ""


def nothing(value: Value | None) -> bool:
    """Whether a value could be worked out from no facts at all."""
    return value is not None and value.n == 0


def judge(
    material: Material, indicator: Indicator, region: Region, value: Value, feed: Feed, equipped: set[tuple[str, int]],
) -> Verdict:
    """Tell no data, not applicable, no base, stale, dead and a good value apart."""
    key = observed(indicator)
    if key and value.n == 0 and (key, region.region_id) not in equipped:
        return Verdict("not_applicable", NO_DEVICE)
    if too_early(material, indicator, feed):
        return Verdict("no_data", BEFORE)
    if is_flow(indicator) and material.frame_of(indicator).whole.start > material.clock.at:
        return Verdict("no_data", LATER)
    if value.no_base:
        return without_base(indicator)
    if value.value is None:
        return Verdict("no_data", UNPUBLISHED if statistic_keys(indicator.measure) else NEVER)
    return aged(material, indicator, feed)


def too_early(material: Material, indicator: Indicator, feed: Feed) -> bool:
    """Whether the facts begin after the window; for what stands and is kept up to date, after the instant itself."""
    if feed.began is None:
        return False
    if is_flow(indicator):
        return material.frame_of(indicator).whole.end <= feed.began
    return indicator.stale_after is not None and material.clock.at < feed.began


def without_base(indicator: Indicator) -> Verdict:
    """A zero denominator: nothing of the kind stands here, no device spoke, or nothing fell due."""
    measure = indicator.measure
    if isinstance(measure, Ratio) and all(isinstance(term, Standing) for term in measure.base):
        return Verdict("not_applicable", NO_OBJECT)
    if observed(indicator):
        return Verdict("no_data", QUIET)
    return Verdict("no_base", NO_BASE)


def aged(material: Material, indicator: Indicator, feed: Feed) -> Verdict:
    """Judge a value by the age of its data against the indicator's promise, or its sources' where they promise less: a file
    that comes daily is not late after a quarter of an hour."""
    if indicator.stale_after is None:
        return Verdict("ok")
    patience = max(indicator.stale_after, feed.promised or indicator.stale_after)
    age = material.clock.at - feed.last_at
    if age <= patience:
        return Verdict("ok")
    since = feed.last_at.astimezone(material.city.zone)
    why = Text(f"自 {since:%m-%d %H:%M} 起无新数据", f"No new data since {since:%m-%d %H:%M}")
    return Verdict("dead" if age > 3 * patience else "stale", why)


def is_flow(indicator: Indicator) -> bool:
    """Whether an indicator counts what happened within the window."""
    return bool(metric_keys(indicator.measure))
