"""Cases and their steps as the door takes them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from simulate import moments, steps
from simulate.agenda import Events
from simulate.cases import UNDATED, Cases, identity
from simulate.chance import Ints
from simulate.words import COMMA, NOTES
from simulate.world import World

Row = dict[str, Any]

NOBODY = -1

STEP_EVENT: np.dtype[np.void] = np.dtype([("day", np.int32), ("case", np.int32), ("step", np.int8), ("at", np.int64),
                                          ("agency", np.int16)])


def step_events(cases: Cases, after: int, until: int, *, reported_until: int) -> Events:
    """The steps in (after, until] of the cases reported by an instant, but for the report itself; by time."""
    wanted = (cases.steps > after) & (cases.steps <= until) & (cases.reported <= reported_until)[:, None]
    wanted[:, steps.REPORTED] = False
    case, step = np.nonzero(wanted)
    events = np.empty(len(case), STEP_EVENT)
    events["day"], events["case"], events["step"] = cases.day, case, step
    events["at"], events["agency"] = cases.steps[case, step], _agency(cases, case, step)
    return events[np.argsort(events["at"], kind="stable")]


def step_rows(world: World, events: Events) -> list[Row]:
    """Steps as rows of their own."""
    told = moments.texts(events["at"])
    return [
        {"case": identity(world, day, number)} | _step(world, step, at, agency, number)
        for at, day, number, step, agency in zip(
            told, *(events[field].tolist() for field in ("day", "case", "step", "agency")), strict=True)
    ]


def case_rows(world: World, cases: Cases, after: int, until: int, *, steps_until: int | None) -> list[Row]:
    """The cases reported in (after, until], each with its steps up to an instant; None: with its report alone."""
    low, high = np.searchsorted(cases.reported, (after, until), side="right").tolist()
    pack, places, mine = world.pack, world.places, slice(low, high)
    lot = cases.lot[mine]
    titled = zip(
        range(low, high), cases.kind[mine].tolist(), cases.channel[mine].tolist(), places.neighbourhood[lot].tolist(),
        places.addresses(lot), places.sites(lot), moments.texts(cases.reported[mine]),
        _steps_inline(world, cases, low, high, steps_until), strict=True)
    comma = COMMA[pack.language]
    rows: list[Row] = [
        {
            "id": identity(world, cases.day, number), "class": pack.classes[kind].code, "channel": pack.channels[channel],
            "title": f"{pack.classes[kind].name}{comma}{places.name[area]}", "address": address,
            "reported_at": reported, **site, "steps": told,
        }
        for number, kind, channel, area, address, site, reported, told in titled
    ]
    dated = np.flatnonzero(cases.due[mine] != UNDATED)
    for i, due in zip(dated.tolist(), moments.texts(cases.due[mine][dated]), strict=True):
        rows[i]["due_at"] = due
    return rows


def _steps_inline(world: World, cases: Cases, low: int, high: int, until: int | None) -> list[list[Row]]:
    """The steps of each of these cases up to an instant, the report first; None: the report alone."""
    part = cases.steps[low:high]
    case, step = np.nonzero((part != steps.NEVER) & (part <= (part[:, :1] if until is None else until)))
    told = moments.texts(part[case, step])
    agency = _agency(cases, case + low, step).tolist()
    each: list[list[Row]] = [[] for _ in range(high - low)]
    for number, which, at, who in zip(case.tolist(), step.tolist(), told, agency, strict=True):
        each[number].append(_step(world, which, at, who, low + number))
    return each


def _step(world: World, step: int, at: str, agency: int, number: int) -> Row:
    row: Row = {"step": steps.STEPS[step], "at": at}
    if agency != NOBODY:
        row["agency"] = world.pack.agencies[agency].code
    if step in NOTES[world.pack.language]:
        notes = NOTES[world.pack.language][step]
        row["note"] = notes[number % len(notes)]
    return row


def _agency(cases: Cases, case: Ints, step: Ints) -> npt.NDArray[np.int16]:
    """Who does each step: the agency that sent it back until it did, then the one that has it; nobody at the desk."""
    first = (cases.steps[case, steps.RETURNED] != steps.NEVER) & (step <= steps.RETURNED)
    agency = np.where(first, cases.first_agency[case], cases.agency[case])
    return np.where(np.isin(step, list(steps.DONE_BY_AGENCY)), agency, NOBODY).astype(np.int16)
