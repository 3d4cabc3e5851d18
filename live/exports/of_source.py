"""What came from one source, to take away: its datasets, and all of its batches."""

from collections.abc import Callable, Iterator, Sequence

from data_access import batches
from data_access.batches import BatchLine
from data_access.every_row import Column, Line
from data_access.sources import Source
from indicators.text import Text
from layouts import quarantine
from layouts.address.pages import SourcePage
from layouts.drawer import way
from layouts.look import Look
from layouts.words import WORDS
from live.address import Refused
from live.desk import Desk
from live.exports import about
from live.exports.orders import Order
from live.exports.sheet import Facts, Sheet

COUNTED = (
    Column(Text("收下", "Taken"), "number"), Column(Text("已有", "Seen before"), "number"),
    Column(Text("带标记", "Marked"), "number"), Column(Text("拒收", "Rejected"), "number"),
)
DATASET = (
    Column(Text("数据集", "Dataset")), Column(Text("最近收到", "Last received"), "instant"), *COUNTED,
    Column(Text("批数", "Batches"), "number"),
)
BATCH = (
    Column(Text("批次", "Batch"), "number"), Column(Text("收到时间", "Received"), "instant"), Column(Text("入口", "Door")),
    Column(Text("文件或地址", "File or address")), Column(Text("数据集", "Dataset")), *COUNTED,
)


def datasets(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """Its datasets, as its page has them."""
    look, source = desk.look, asked(desk)
    found = batches.datasets(desk.engine, source.key)
    rows = [[quarantine.what(look, one.subject, one.dataset), about.local(look, one.last_received_at), one.taken, one.seen,
             one.marked, one.rejected, one.batches] for one in found.lines]
    since = [] if found.since is None else [(look.say("about.since"), about.instant(look, found.since))]
    return Sheet(look.say("take.datasets"), DATASET, [rows], look.language), [*told(desk, source, "take.datasets"), *since]


def every_batch(desk: Desk, _: Order) -> tuple[Sheet, Facts]:
    """All of its batches, the newest first."""
    look, source = desk.look, asked(desk)
    pieces = worded(look, batches.every_batch(desk.engine, source.key))
    return Sheet(look.say("take.batches"), BATCH, pieces, look.language), told(desk, source, "take.batches")


def worded(look: Look, pieces: Iterator[Sequence[BatchLine]]) -> Iterator[list[Line]]:
    """Batches as rows, with words for doors and datasets."""
    for piece in pieces:
        yield [[one.batch_id, about.local(look, one.received_at), way(look, one.door), one.origin,
                quarantine.what(look, one.subject, one.dataset), one.taken, one.seen, one.marked, one.rejected] for one in piece]


def asked(desk: Desk) -> Source:
    """The source of the order. Raises: Refused where there is none of its key."""
    assert isinstance(desk.view.page, SourcePage)
    key = desk.view.page.key
    found = next((source for source in desk.sources() if source.key == key), None)
    if found is None:
        words = WORDS["missing.source"]
        raise Refused(Text(words.zh.format(key=key), words.en.format(key=key)), 404)
    return found


def told(desk: Desk, source: Source, title: str) -> list[tuple[str, str]]:
    """What a file about a source says of itself."""
    look = desk.look
    return [(look.say("about.title"), look.say(title)), (look.say("about.source"), about.told(look, source)),
            about.simulated(look, source.simulated), *about.made(desk)]


TABLES: dict[str, Callable[[Desk, Order], tuple[Sheet, Facts]]] = {"datasets": datasets, "batches": every_batch}
