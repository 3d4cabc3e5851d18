"""Why a question is not answered, as the standard tells it: a status, and errors of a code and a description each."""

from collections.abc import Mapping, Sequence


class Fault(Exception):
    """A question that is answered by errors."""

    def __init__(self, status: int, descriptions: Sequence[str], headers: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(descriptions))
        self.status, self.descriptions, self.headers = status, descriptions, headers or {}

    def listed(self) -> list[dict[str, object]]:
        """The errors."""
        return [{"code": self.status, "description": one} for one in self.descriptions]


def bad(*descriptions: str) -> Fault:
    """The question cannot be answered as it stands."""
    return Fault(400, descriptions)


def missing(description: str) -> Fault:
    """There is no such thing."""
    return Fault(404, (description,))
