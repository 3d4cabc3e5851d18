"""What has changed, numbered, so that every picture can catch up from where it stands."""

from threading import Lock


class Changes:
    """Remembers of each subject when it changed last; a picture that knows a number asks what came after it."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._last: dict[str, int] = {}
        self._newest = 0

    def note(self, subjects: frozenset[str]) -> None:
        """These subjects changed just now."""
        with self._guard:
            self._newest += 1
            self._last.update(dict.fromkeys(subjects, self._newest))

    def since(self, number: int) -> tuple[frozenset[str], int]:
        """The subjects that changed after the number, and the newest number."""
        with self._guard:
            return frozenset(subject for subject, last in self._last.items() if last > number), self._newest
