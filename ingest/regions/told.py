"""What was found in the files of a tree: what was mended or left out, and what cannot be."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST = 20


@dataclass(frozen=True)
class Finding:
    """Something about the regions that whoever drew them should know: what, how often, and where."""

    kind: str
    text: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.count} × {self.text}" + (f": {listed(self.examples, self.count)}" if self.examples else "")


@dataclass
class Told:
    """What is found while a tree is read; problems refuse it, findings do not."""

    problems: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: str, text: str, examples: Iterable[str]) -> None:
        """Note something found, if there is any of it."""
        there = list(examples)
        if there:
            self.findings.append(Finding(kind, text, len(there), tuple(there[:MOST])))


def listed(examples: Iterable[str], count: int) -> str:
    """The first few of many."""
    there = list(examples)[:MOST]
    more = count - len(there)
    return ", ".join(there) + (f" and {more} more" if more > 0 else "")
