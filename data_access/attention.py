"""What needs action now in a region, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from data_access import devices, sources, warnings
from data_access.city import City, Region
from data_access.overdue import AllOverdue, overdue
from indicators.reading import Reading
from indicators.text import Text
from indicators.worsening import missed_since, worsening

Kind = Literal["warning", "overdue", "alarm", "source", "indicator"]
GRAVE = ("extreme", "severe")
URGENCY: tuple[Kind, ...] = ("warning", "source", "overdue", "alarm", "indicator")
MOST_ALARMS = 500
MOST_PLACES = 5
ALONE = 2  # so many devices of a kind in alarm still stand each for itself


@dataclass(frozen=True)
class Attention:
    """One thing that needs somebody: what, where, since when.

    `count` is the cases of an overdue place, or the devices of a group of alarms whose worst is `alarm`; `holder` is the
    agency that has most of an overdue place's cases, if any has; `reading` is an indicator's that gets worse.
    """

    kind: Kind
    region_id: int | None
    since: datetime
    count: int = 1
    warning: warnings.Warning | None = None
    alarm: devices.Alarm | None = None
    source: Text | None = None
    holder: Text | None = None
    reading: Reading | None = None
    lon: float | None = None
    lat: float | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Troubles:
    """What may need action, as it was read: warnings, devices and readings of one region, sources and overdue cases of all.

    `raised` says since when devices have been in alarm, for those that it is known of.
    """

    warnings: Sequence[warnings.Warning]
    sources: Sequence[sources.Source]
    alarms: Sequence[devices.Alarm]
    late: AllOverdue
    raised: Mapping[str, datetime] = field(default_factory=dict)
    readings: Sequence[Reading] = ()


def attention(engine: Engine, city: City, region: Region, now: datetime) -> tuple[Attention, ...]:
    """Grave warnings, dead sources, children with overdue cases and devices in alarm, the worst of each kind first.

    Raises: DataUnavailable.
    Source: warning, city_case, latest_observation, observation, feed.
    """
    alarms = devices.alarms(engine, region.region_id, now, limit=MOST_ALARMS)
    return weighed(city, region, now, Troubles(
        warnings.active(engine, region.region_id, now), sources.sources(engine), alarms, overdue(engine, city, now),
        devices.raised(engine, told(alarms), now)))


def weighed(city: City, region: Region, now: datetime, troubles: Troubles) -> tuple[Attention, ...]:
    """What of the troubles needs somebody in a region, the worst of each kind first."""
    items = [
        Attention("warning", w.region_id, w.onset_at, warning=w, simulated=w.simulated)
        for w in troubles.warnings if w.severity in GRAVE
    ]
    items += [
        Attention("source", None, source.last_received_at, source=source.name, simulated=source.simulated)
        for source in troubles.sources if source.state(now) == "dead" and source.last_received_at
    ]
    items += alarmed(troubles.alarms, troubles.raised)
    items += [Attention("overdue", one.region_id, one.since, count=one.count, simulated=troubles.late.simulated,
                        holder=troubles.late.holder(city, city.regions[one.region_id]))
              for one in troubles.late.below(city, region)[:MOST_PLACES]]
    items += [Attention("indicator", region.region_id, missed_since(one) or now, reading=one, simulated=one.simulated)
              for one in worsening(troubles.readings)]
    return ranked(items)


def alarmed(alarms: Sequence[devices.Alarm], raised: Mapping[str, datetime]) -> list[Attention]:
    """Alarms one by one, each since it was raised; more than two of a kind are one trouble, told by its worst."""
    return [
        Attention("alarm", a.region_id, raised.get(a.device_code, a.observed_at), count=len(group) if len(group) > ALONE else 1,
                  alarm=a, lon=a.lon, lat=a.lat, simulated=a.simulated)
        for group in by_kind(alarms) for a in (group[:1] if len(group) > ALONE else group)
    ]


def told(alarms: Sequence[devices.Alarm]) -> list[str]:
    """The codes of the devices that a band names."""
    return [one.alarm.device_code for one in alarmed(alarms, {}) if one.alarm is not None]


def by_kind(alarms: Sequence[devices.Alarm]) -> list[list[devices.Alarm]]:
    """Alarms by the kind of their devices, in the order in which they were."""
    kinds: dict[str, list[devices.Alarm]] = {}
    for alarm in alarms:
        kinds.setdefault(alarm.kind.en, []).append(alarm)
    return list(kinds.values())


def ranked(items: Sequence[Attention]) -> tuple[Attention, ...]:
    """The worst of each kind first, by urgency; then the second of each kind, and so on: no kind hides another."""
    kinds: dict[Kind, list[Attention]] = {kind: [] for kind in URGENCY}
    for item in items:
        kinds[item.kind].append(item)
    order = [(place, URGENCY.index(kind), item)
             for kind, found in kinds.items() for place, item in enumerate(found)]
    return tuple(item for *_, item in sorted(order, key=lambda one: one[:2]))
