"""What becomes of a sample, as tables for a terminal; Chinese letters take the room of two."""

import sys
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.scaffold.making import Made
from ingest.trial.known import Known
from ingest.trial.report import Trial, Why

MOST_REASONS = 12
WIDE = 160


def console() -> Console:
    """The terminal; a file or a pipe is wide enough for whole lines."""
    return Console(soft_wrap=False, width=None if sys.stdout.isatty() else WIDE)


def tell_made(console: Console, made: Made) -> None:
    """A new pack: what was taken for what, and what to do next."""
    table = grid("table", "taken for")
    for name, what in made.taken:
        table.add_row(name, what)
    console.print(table)
    warn(console, made.notes)
    next_step = f"look at its notes, then run `cli.py pack check {made.folder.name}`"
    console.print(Text(f"Written to {made.folder}: {next_step}."))


def tell_tree(console: Console, there: Known) -> None:
    """The regions: how many of each level, how many with a shape, and what was found."""
    levels, tree = there.pack.levels, there.survey.tree
    drawn = tree["geom"].notna()
    table = grid("level", "regions", "with a shape", "first", "such as")
    for number, level in enumerate(levels):
        here = tree[tree["level"] == number]
        first = here.iloc[0]
        shapes = f"{int(drawn[here.index].sum()):,}"
        table.add_row(f"{level.key} {level.zh}", f"{len(here):,}", shapes, first["code"], first["name_zh"])
    console.print(Text(f"{there.pack.key}: {len(tree):,} regions", style="bold"))
    console.print(table)
    warn(console, map(str, there.survey.findings))


def tell(console: Console, trial: Trial) -> None:
    """One table of a dataset: its counts, its columns, its reasons and hints."""
    head = Text.assemble((f"{trial.source}/{trial.dataset}", "bold"), f" ({trial.subject}) from {trial.table}")
    console.print(head)
    if trial.fault is not None:
        warn(console, [trial.fault])
        return
    of = "" if trial.total is None else f" of {trial.total:,}"
    counts = f"{trial.rows:,}{of} rows tried: {trial.taken:,} taken, {trial.rejected:,} rejected, {trial.marked:,} marked"
    inside = "" if trial.inside is None else f"; {trial.inside[0]:,} of {trial.inside[1]:,} points lie in the city"
    console.print(f"  {counts}{inside}")
    table = grid("field", "from", "kind", "filled", "such as")
    for column in trial.columns:
        table.add_row(column.name, column.origin, column.kind, f"{column.filled:.0%}", column.example)
    console.print(table)
    if trial.unused:
        console.print(Text(f"  not used: {', '.join(trial.unused)}"))
    reasons(console, "rejected", trial.reasons)
    reasons(console, "marked", trial.marks)
    warn(console, trial.hints)


def reasons(console: Console, what: str, told: tuple[Why, ...]) -> None:
    """Why rows were rejected or marked, the commonest first."""
    if not told:
        return
    table = grid(what, "field", "code", "first line", "why")
    for why in told[:MOST_REASONS]:
        table.add_row(f"{why.rows:,}", why.field, why.code, f"{why.line:,}", why.text)
    console.print(table)


def warn(console: Console, told: Iterable[str]) -> None:
    """What is worth a second look."""
    for one in told:
        console.print(Text(f"  ! {one}", style="yellow"))


def grid(*names: str) -> Table:
    """A plain table."""
    table = Table(*names, box=box.SIMPLE, pad_edge=False, padding=(0, 2, 0, 0))
    for column in table.columns:
        column.overflow = "fold"
    return table
