"""The search for garbage in cycles, which halts every thread: kept to what comes and goes."""

import gc

FIRST, SECOND, THIRD = 20_000, 20, 20   # rows and components come by the thousand, and nearly all are gone without a search


def spare_what_stays() -> None:
    """Leave everything that is there now out of every later search: the program itself, which a search of all takes 150 ms for.

    To be called once, when a server has all it needs to serve.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(FIRST, SECOND, THIRD)
