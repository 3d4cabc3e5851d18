"""Facts cut into batches that the door likes: small enough to be quick, large enough to be cheap."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from simulate import case_rows, hotline, observations
from simulate.agenda import Events
from simulate.cases import Cases
from simulate.hotline import Calls
from simulate.lane import Batch
from simulate.moments import HOUR
from simulate.observations import Observations
from simulate.world import World

MOST = {"cases": 2_000, "steps": 10_000, "messages": 5_000, "devices": 5_000, "enterprises": 5_000, "observations": 10_000}


def of_rows(subject: str, rows: Sequence[dict[str, Any]]) -> Iterator[Batch]:
    """Rows of one subject, in order."""
    most = MOST.get(subject, 1_000)
    for first in range(0, len(rows), most):
        part = rows[first:first + most]
        yield Batch(subject, len(part), orjson.dumps({"rows": part}))


def of_cases(world: World, cases: Cases, after: int, until: int, *, steps_until: int | None) -> Iterator[Batch]:
    """The cases reported in (after, until], each with its steps up to an instant; None: with its report alone."""
    yield from of_rows("cases", case_rows.case_rows(world, cases, after, until, steps_until=steps_until))


def of_steps(world: World, events: Events) -> Iterator[Batch]:
    """Steps of cases told of before."""
    yield from of_rows("steps", case_rows.step_rows(world, events))


def of_calls(world: World, calls: Calls, after: int, until: int, *, known_at: int) -> Iterator[Batch]:
    """The messages that came in (after, until], as far as known at an instant."""
    yield from of_rows("messages", hotline.rows(world, calls, hotline.between(calls, after, until), known_at=known_at))


def of_call_news(world: World, calls: Calls, events: Events, *, known_at: int) -> Iterator[Batch]:
    """Messages told of before, of which there is news."""
    yield from of_rows("messages", hotline.rows(world, calls, np.unique(events["call"]).astype(np.int64), known_at=known_at))


def of_observations(world: World, readings: Observations, after: int, until: int) -> Iterator[Batch]:
    """The readings made in (after, until], no batch over an hour's end: a rollup's bucket is touched once."""
    wanted = readings.between(after, until)
    hours = wanted.at // HOUR
    edges = [0, *(np.flatnonzero(np.diff(hours)) + 1).tolist(), len(wanted)]
    for start, end in pairwise(edges):
        part = wanted.slice(start, end)
        for first in range(0, len(part), MOST["observations"]):
            piece = part.slice(first, first + MOST["observations"])
            yield Batch("observations", len(piece), observations.body(world, piece))
