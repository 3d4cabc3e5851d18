"""Sensor Measurement Lists (SenML, RFC 8428) in JSON: each measurement with what the records before it say of it, too."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

RELATIVE = 1 << 28      # times below it are seconds from now, as the standard has it
VALUES = ("v", "vs", "vb", "vd")
ADDED = {"bt": "t", "bv": "v", "bs": "s"}   # base → what it is added to
OWN = frozenset((*VALUES, *ADDED, *ADDED.values(), "bn", "n", "bu", "u", "bver"))


def measurements(records: Sequence[Any], now: datetime) -> Iterator[dict[str, Any] | tuple[Any, str]]:
    """Each measurement as a row of `name`, `unit`, `value`, `sum` and `time`; or, of a record that is none, itself and why."""
    base: dict[str, Any] = {}
    for one in records:
        if not isinstance(one, Mapping):
            yield one, "is no object: {…} was expected"
            continue
        base |= {name: said for name, said in one.items() if name in ("bn", "bu", *ADDED)}
        if not any(name in one for name in (*VALUES, "s", "n")):
            continue        # it only tells what holds for those after it
        try:
            yield resolved(one, base, now)
        except (TypeError, ValueError, OverflowError):
            yield {**base, **one}, "is no measurement: its numbers or its time are none"


def resolved(one: Mapping[str, Any], base: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """One measurement. Raises: TypeError, ValueError, OverflowError for what is none."""
    made = {name: said for name, said in one.items() if name not in OWN}
    made["name"] = text(base.get("bn", "")) + text(one.get("n", ""))
    made["unit"] = one.get("u", base.get("bu"))
    value = next((one[name] for name in VALUES if name in one), None)
    numeric = "v" in one or (value is None and "bv" in base)
    made["value"] = number(one.get("v", 0)) + number(base.get("bv", 0)) if numeric else value
    if "s" in one or "bs" in base:
        made["sum"] = number(one.get("s", 0)) + number(base.get("bs", 0))
    seconds = number(one.get("t", 0)) + number(base.get("bt", 0))
    at = now + timedelta(seconds=seconds) if seconds < RELATIVE else datetime.fromtimestamp(seconds, UTC)
    return {**made, "time": at.isoformat(timespec="microseconds")}


def number(said: Any) -> float:
    """A number. Raises: TypeError."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TypeError(said)
    return said


def text(said: Any) -> str:
    """A text. Raises: TypeError."""
    if not isinstance(said, str):
        raise TypeError(said)
    return said
