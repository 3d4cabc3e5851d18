"""The steps of a case from the columns of its dates, and whether they follow each other."""

from collections.abc import Callable
from collections.abc import Mapping as Dict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ingest.mapping.evaluate import Context, evaluate, origin
from ingest.mapping.faults import Fault, Outcome
from ingest.mapping.spec import STEPS, Step, Steps
from ingest.mapping.values import Value
from ingest.rows import STEP, Field

COURSE = ("reported", "registered", "dispatched", "disposed", "verified", "closed")  # those that come one after the other
TOLD = {field.name: field for field in STEP}
AT = Field("at", "time")
EARLIEST, LATEST = np.datetime64("0002-01-01", "us"), np.datetime64("9998-01-01", "us")


def derived(steps: Steps, context: Context) -> dict[str, Outcome]:
    """The columns step:<name> and step:<name>:agency, :actor, :note of the declared steps. Raises: MappingError."""
    made: dict[str, Outcome] = {}
    for name, step in steps.given().items():
        made[f"step:{name}"] = evaluate(step, AT, context)
        for part in ("agency", "actor", "note"):
            value: Value | None = getattr(step, part)
            if value is not None:
                made[f"step:{name}:{part}"] = evaluate(value, TOLD[part], context)
    return made


def out_of_order(
    given: Dict[str, Step], made: Dict[str, Outcome], reported: tuple[str, NDArray[np.datetime64]] | None, zone: ZoneInfo
) -> list[tuple[str, Fault]]:
    """The rows whose steps go back in time: the field of the step, and the fault. `reported` is the case's own time."""
    faults = []
    last: NDArray[np.datetime64] = np.full(len(next(iter(made.values())).values), np.datetime64("NaT", "us"))
    whose = np.full(len(last), "", object)
    if reported is not None:
        last, whose = reported[1].copy(), np.full(len(last), reported[0], object)
    for name in sorted(given, key=STEPS.index):
        if name not in COURSE:
            continue
        at = made[f"step:{name}"].values
        back = at < last
        if back.any():
            text = said(origin(given[name]), at, whose.copy(), last, zone)
            faults.append((f"step:{name}", Fault(np.flatnonzero(back), "order", text)))
        forward = ~np.isnat(at) & ~back
        last = np.where(forward, at, last)
        whose[forward] = origin(given[name])
    return faults


def said(
    column: str, at: NDArray[np.datetime64], whose: NDArray[np.object_], last: NDArray[np.datetime64], zone: ZoneInfo
) -> Callable[[int], str]:
    """The sentence about a row whose step lies before the one that it should follow."""
    return lambda row: f"{column} ({shown(at[row], zone)}) lies before {whose[row]} ({shown(last[row], zone)})"


def shown(at: np.datetime64, zone: ZoneInfo) -> str:
    """An instant for a person, by the clock of the place; in UTC where no calendar of Python's reaches."""
    if not EARLIEST <= at <= LATEST:
        return f"{at} UTC"
    moment: datetime = at.astype(datetime)
    return moment.replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
