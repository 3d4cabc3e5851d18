"""A day's calls and notes to the hotline: about cases just reported, and about anything else."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulate import cases as city_cases
from simulate import moments, steps
from simulate.agenda import Events
from simulate.cases import Cases
from simulate.chance import Floats, Ints, lognormal, pick, stream
from simulate.moments import DAY, HOUR, Seconds
from simulate.words import CALLS, COMMA
from simulate.world import World

Row = dict[str, Any]

CALL_EVENT: np.dtype[np.void] = np.dtype([("day", np.int32), ("call", np.int32), ("at", np.int64)])

ABOUT_CASES = 0.5            # of all messages
CHANNELS = ("phone", "app", "web", "text")
CHANNEL_ODDS = np.array([0.64, 0.19, 0.1, 0.07])
TOPICS = {  # how often each comes up without a case
    "noise": 0.2, "heating": 0.07, "housing": 0.1, "sanitation": 0.12, "roads": 0.06, "parking": 0.13, "water": 0.05,
    "trees": 0.03, "street_lights": 0.02, "pests": 0.03, "animals": 0.02, "safety": 0.04, "services": 0.09,
    "other": 0.04,
}
URGENT = ("heating", "water", "safety")
CONTACT_WITHIN_H = {True: 2.0, False: 24.0}
CONTACT_MEDIAN_H = {True: 0.5, False: 4.5}
NEVER = -1
ASKED, RATED, JUDGED = 0.6, 0.9, 0.9   # shares that are asked how it went, that then give a mark, whose tone is told
MARKS_SOLVED = np.array([0.02, 0.03, 0.1, 0.3, 0.55])
MARKS_UNSOLVED = np.array([0.3, 0.28, 0.25, 0.12, 0.05])


@dataclass(frozen=True)
class Calls:
    """The messages of one UTC day, by time; contacts and visits of all, past or to come."""

    day: int
    occurred: Seconds
    topic: list[str]
    channel: Ints
    lot: Ints
    case: Ints                     # the day's case, or NEVER
    answered_s: Floats             # NaN but for calls
    contact_due: Seconds
    contacted: Seconds
    asked: Seconds                 # or NEVER
    solved: npt.NDArray[np.bool_]
    satisfaction: Ints             # or NEVER
    sentiment: npt.NDArray[np.int8]
    judged: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.topic)


def draw(world: World, reported: Cases) -> Calls:
    """The messages of the day on which these cases were reported."""
    day, chance = reported.day, stream(world.seed, "hotline", reported.day)
    occurred, case, topic, lot = _subjects(world, chance, reported)
    n = len(occurred)
    channel = np.where(case == NEVER, pick(chance, CHANNEL_ODDS, n), 0)
    answered = np.where(channel == 0, np.round(_wait(world, chance, day, occurred), 1), np.nan)
    urgent = np.isin(topic, URGENT)
    contact_h = lognormal(chance, 1.0, 1.0, n) * np.where(urgent, *CONTACT_MEDIAN_H.values())
    asked = np.where(chance.random(n) < ASKED, _visit(world, chance, occurred), NEVER)
    solved = chance.random(n) < _odds_solved(world, reported, lot, case, asked)
    marks = np.where(solved, pick(chance, MARKS_SOLVED, n), pick(chance, MARKS_UNSOLVED, n)) + 1
    gloom = 0.24 + 0.12 * ~solved + 0.004 * np.minimum(np.nan_to_num(answered), 60)
    mood = chance.random(n)
    return Calls(
        day=day, occurred=occurred, topic=topic.tolist(), channel=channel, lot=lot, case=case, answered_s=answered,
        contact_due=occurred + (HOUR * np.where(urgent, *CONTACT_WITHIN_H.values())).astype(np.int64),
        contacted=occurred + 60 + (contact_h * HOUR).astype(np.int64), asked=asked, solved=solved,
        satisfaction=np.where(chance.random(n) < RATED, marks, NEVER),
        sentiment=np.where(mood < gloom, -1, np.where(mood > 0.8, 1, 0)).astype(np.int8), judged=chance.random(n) < JUDGED,
    )


def events(calls: Calls, after: int, until: int, *, occurred_until: int) -> Events:
    """When messages that came by an instant get news in (after, until]; by time."""
    known = calls.occurred <= occurred_until
    found = []
    for at in (calls.contacted, calls.asked):
        call = np.flatnonzero(known & (at > after) & (at <= until))
        news = np.empty(len(call), CALL_EVENT)
        news["day"], news["call"], news["at"] = calls.day, call, at[call]
        found.append(news)
    joined = np.concatenate(found)
    return joined[np.argsort(joined["at"], kind="stable")]


def between(calls: Calls, after: int, until: int) -> Ints:
    """Which messages came in (after, until]."""
    return np.arange(*np.searchsorted(calls.occurred, (after, until), side="right"))


def rows(world: World, calls: Calls, which: Ints, *, known_at: int) -> list[Row]:
    """Messages as the door takes them, as far as they are known at an instant."""
    places, lot = world.places, calls.lot[which]
    told = zip(
        which.tolist(), calls.channel[which].tolist(), places.neighbourhood[lot].tolist(), places.sites(lot),
        moments.texts(calls.occurred[which]), moments.texts(calls.contact_due[which]), strict=True)
    said, comma = CALLS[world.pack.language], COMMA[world.pack.language]
    found: list[Row] = [
        {
            "id": identity(world, calls.day, call), "channel": CHANNELS[channel], "topic": calls.topic[call],
            "body": f"{said[calls.topic[call]]}{comma}{places.name[area]}", "occurred_at": occurred, "contact_due": due, **site,
        }
        for call, channel, area, site, occurred, due in told
    ]
    visited = (calls.asked[which] != NEVER) & (calls.asked[which] <= known_at)
    cases = [city_cases.identity(world, calls.day, number) for number in calls.case[which].tolist()]
    _fill(found, "case", calls.case[which] != NEVER, cases)
    _fill(found, "answered_s", ~np.isnan(calls.answered_s[which]), calls.answered_s[which].tolist())
    _fill(found, "sentiment", calls.judged[which], calls.sentiment[which].tolist())
    _fill(found, "contacted_at", calls.contacted[which] <= known_at, moments.texts(calls.contacted[which]))
    _fill(found, "visited_at", visited, moments.texts(calls.asked[which]))
    _fill(found, "solved", visited, calls.solved[which].tolist())
    _fill(found, "satisfaction", visited & (calls.satisfaction[which] != NEVER), calls.satisfaction[which].tolist())
    return found


def identity(world: World, day: int, number: int) -> str:
    """A message's number, as the sender knows it."""
    return f"{world.seed}-H{moments.compact(day)}-{number:05d}"


def _fill(found: list[Row], name: str, known: npt.NDArray[np.bool_], values: list[Any]) -> None:
    """Put a field into the rows in which it is known."""
    for i in np.flatnonzero(known).tolist():
        found[i][name] = values[i]


def _subjects(world: World, chance: np.random.Generator, reported: Cases) -> tuple[Seconds, Ints, npt.NDArray[np.str_], Ints]:
    """When, about which case, on what topic and where; by time."""
    pack, by_hotline = world.pack, reported.channel == world.pack.channels.index("hotline")
    share = ABOUT_CASES * pack.messages_per_day / (pack.cases_per_day * pack.channel_share[pack.channels.index("hotline")])
    linked = np.flatnonzero(by_hotline & (chance.random(len(reported)) < share))
    each_hour = chance.poisson(_other_calls(world, reported.day))
    others = int(each_hour.sum())
    hours = np.repeat(np.arange(24), each_hour)
    alone = reported.day * DAY + hours * HOUR + (chance.random(others) * HOUR).astype(np.int64)
    odds = np.array(list(TOPICS.values()))
    class_topic = np.array([kind.topic for kind in pack.classes])
    occurred = np.concatenate([reported.reported[linked], alone])
    case = np.concatenate([linked, np.full(others, NEVER)])
    topic = np.concatenate([class_topic[reported.kind[linked]], np.array(list(TOPICS))[pick(chance, odds, others)]])
    area = pick(chance, world.places.weight, others)
    lot = np.concatenate([reported.lot[linked], world.places.within(chance, area)])
    order = np.argsort(occurred, kind="stable")
    return occurred[order], case[order], topic[order], lot[order]


def _other_calls(world: World, day: int) -> Floats:
    """Calls about anything else to expect in each UTC hour: as cases come, but evenings and nights are not as quiet."""
    clock = moments.local(world.pack.zone, day * DAY + HOUR * np.arange(24)) // HOUR
    share = 0.7 * world.pack.hour_of_week + 0.3 / 168
    hourly: Floats = (1 - ABOUT_CASES) * world.pack.messages_per_day * 7 * share[(clock + 72) % 168]
    return hourly


def _wait(world: World, chance: np.random.Generator, day: int, occurred: Seconds) -> Floats:
    """Seconds until somebody answers: longer when many call, and on bad days."""
    load = _other_calls(world, day)[(occurred - day * DAY) // HOUR]
    busiest = (1 - ABOUT_CASES) * world.pack.messages_per_day * 7 * world.pack.hour_of_week.max()
    bad_day = float(np.exp(0.15 * stream(world.seed, "wait", day).standard_normal()))
    waits: Floats = lognormal(chance, 1.0, 0.7, len(occurred)) * (6 + 11 * load / busiest) * bad_day
    return waits


def _visit(world: World, chance: np.random.Generator, occurred: Seconds) -> Seconds:
    """When the caller is asked how it went: by day, one to four days later."""
    clock = moments.local(world.pack.zone, occurred)
    days_later = chance.integers(1, 5, len(occurred))
    by_day = (9 + 11 * chance.random(len(occurred))) * HOUR
    wanted = (clock // DAY + days_later) * DAY + by_day.astype(np.int64)
    near = occurred + wanted - clock
    return near + wanted - moments.local(world.pack.zone, near)   # the clock may have been changed in between


def _odds_solved(world: World, reported: Cases, lot: Ints, case: Ints, asked: Seconds) -> Floats:
    """Most are solved; fewer where the case is still open when the caller is asked, and in some neighbourhoods."""
    closed = (case == NEVER) | (reported.steps[case, steps.CLOSED] <= asked)
    lasting = 0.04 * stream(world.seed, "solved").standard_normal(len(world.places.weight))
    odds: Floats = np.where(closed, 0.91, 0.52) + lasting[world.places.neighbourhood[lot]]
    return odds
