"""Which dimension of quality a reason speaks against: reasons are the same for rejects and for marks."""

from typing import Literal

from ingest.rejects import SKIPPED

Fault = Literal["incomplete", "malformed", "inaccurate", "inconsistent", "repeated"]
FAULTS: tuple[Fault, ...] = ("incomplete", "malformed", "inaccurate", "inconsistent", "repeated")

LEFT_OUT = SKIPPED  # the pack itself does not want the row: it did not come, as far as quality goes
# timeliness is measured by itself; a clock's double hour, and a place at the water's edge, are nobody's fault
NONE = frozenset({LEFT_OUT, "stale", "clock_change", "near_region"})
OF: dict[str, Fault] = {
    "missing": "incomplete",
    "range": "inaccurate", "outside_city": "inaccurate", "future": "inaccurate", "looks_zero": "inaccurate",
    "looks_swapped": "inaccurate", "looks_sign_lost": "inaccurate", "looks_projected": "inaccurate", "far_outside": "inaccurate",
    "order": "inconsistent", "conflict": "inconsistent", "moved": "inconsistent", "not_yours": "inconsistent",
    "not_in_table": "inconsistent", "ambiguous_region": "inconsistent",
    "repeated": "repeated", "duplicate": "repeated",
}


def fault(code: str) -> Fault | None:
    """The dimension that a reason with this code speaks against; what is not written as declared is the rule."""
    if code in NONE:
        return None
    return "inconsistent" if code.startswith("unknown_") else OF.get(code, "malformed")
