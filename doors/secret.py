"""What opens a door: it stands in the environment, never in a pack."""

import os

from ingest.pack.doors.base import Heard


class Misconfigured(Exception):
    """A door cannot work as it is set up; the message says what is missing."""


def secret(entry: Heard) -> str | None:
    """What opens this door; None where it needs nothing. Raises: Misconfigured when the variable is not set."""
    if entry.secret is None:
        return None
    found = os.environ.get(entry.secret)
    if not found:
        raise Misconfigured(f"the environment variable {entry.secret} is not set: it must hold the secret of {entry.name}")
    return found
