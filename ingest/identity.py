"""Numbers for facts: the same source and the same name always give the same number.

So a row sent twice finds its first self without a look-up table of names.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

POSITIVE = np.uint64((1 << 63) - 1)


def identities(source: str, names: Iterable[str]) -> NDArray[np.int64]:
    """A positive 63-bit number for each of a source's names."""
    begun = blake2b((source + "\x1f").encode(), digest_size=8)
    digests = bytearray()
    for name in names:
        one = begun.copy()  # which costs less than to begin anew
        one.update(name.encode())
        digests += one.digest()
    return (np.frombuffer(digests, ">u8").astype(np.uint64) & POSITIVE).astype(np.int64)
