"""How a delimited text is written: separator, quotes, header; told from its beginning where the pack does not say."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from readers import headers
from readers.content import Content
from readers.encoding import beginning, known
from readers.encoding import guess as guess_encoding
from readers.records import Marks, Record, records
from readers.spec import Read
from readers.table import Unreadable

SEPARATORS = (",", "\t", ";", "|", "^", "~", "\x01", "，")
NAMES = {"\t": "tab", "\x01": "\\x01"}
SAMPLE = 1 << 18        # characters
LOOKED_AT = 500         # records
DECLARED = re.compile(r"^sep=(.)\r?$")      # as spreadsheets write it into a first line of its own
BINARY = frozenset(map(chr, (0, *range(2, 9), 14, 15, *range(17, 26))))


@dataclass(frozen=True)
class Dialect:
    """How one text is written: `skip` lines, `header` rows, then the table, which begins at line `line` (from 1)."""

    encoding: str
    marks: Marks
    newline: str
    skip: int
    header: int
    columns: list[str]
    line: int
    start: int              # the characters before that line
    reasons: tuple[str, ...]


def tell(content: Content, read: Read) -> Dialect:
    """How a file is written: what is said is taken, the rest is guessed. Raises: Unreadable."""
    reasons = []
    encoding = read.encoding
    if encoding is None:
        found = guess_encoding(content)
        encoding = found.name
        reasons.append(f"encoding {encoding}: {found.reason}")
    encoding = known(encoding, content.name)
    sample, whole = beginning(content, encoding, SAMPLE)
    if sum(character in BINARY for character in sample[:4096]) * 20 > len(sample[:4096]):
        raise Unreadable(content.name, "is not text: text, workbooks, JSON, Parquet and geodata can be read")
    newline = "\r" if "\r" in sample and "\n" not in sample else "\n"
    lines = split(sample, newline, whole)
    skip = read.skip or 0
    quote = '"' if read.quote is None else read.quote
    separator = read.separator
    if separator is None and skip == 0 and (declared := DECLARED.match(lines[0] if lines else "")):
        separator, skip = declared[1], 1
        reasons.append(f"separator {separator!r}: the first line says so")
    if separator is None:
        separator, why = separated(lines[skip:], quote, whole)
        reasons.append(why)
    marks = Marks(separator, quote, padded(lines[skip:], separator, quote))
    first = [one for one in _records(lines[skip:], marks, whole) if isinstance(one.cells, list)]
    header = headers.find([one.cells for one in first if isinstance(one.cells, list)], content.name,
                          None if read.skip is None else 0, read.header, read.columns)
    top = skip + (first[header.skip].line if header.skip < len(first) else 0)
    line = _below(first[header.skip:header.skip + header.rows], skip, top)
    return Dialect(encoding, marks, newline, top, header.rows, header.columns, line + 1,
                   sum(len(one) + 1 for one in lines[:line]), (*reasons, *header.reasons))


def _below(heads: list[Record], skip: int, top: int) -> int:
    """How many lines stand above the first row of the table."""
    return skip + heads[-1].line + heads[-1].lines if heads else top


def split(text: str, newline: str, whole: bool) -> list[str]:
    """A text's lines; the last only when it is whole."""
    lines = text.split(newline)
    return lines if whole and lines[-1] else lines[:-1] or (lines if whole else [])


def separated(lines: list[str], quote: str, whole: bool) -> tuple[str, str]:
    """The separator that cuts most rows into the same number of cells, best into numbers and moments, and why."""
    scored = [(score, separator) for separator in SEPARATORS if (score := _score(lines, separator, quote, whole))]
    if not scored:
        return ",", "one column: no separator cuts the rows into equal numbers of cells"
    (share, _, cells), best = max(scored, key=lambda pair: (pair[0], -SEPARATORS.index(pair[1])))
    return best, f"separator {NAMES.get(best, best)!r}: it cuts {share:.0%} of the rows into {cells} cells"


def _score(lines: list[str], separator: str, quote: str, whole: bool) -> tuple[float, float, int] | None:
    """What share of the rows has the usual number of cells, what share of these is numbers and moments, and the number."""
    if not any(separator in line for line in lines[:LOOKED_AT]):
        return None
    found = _records(lines, Marks(separator, quote, padded(lines, separator, quote)), whole)
    rows = [record.cells for record in found if isinstance(record.cells, list)]
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return None
    usual, many = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    cells = [cell for row in rows if len(row) == usual for cell in row]
    share = round(many / len(found), 2)
    return (share, round(sum(map(headers.is_typed, cells)) / len(cells), 2), usual) if share >= 0.3 else None


def padded(lines: list[str], separator: str, quote: str) -> bool:
    """Whether spaces stand between separators and quotes, as in `"a", "b"`."""
    text = "\n".join(lines[:LOOKED_AT])
    return bool(quote) and separator != " " and text.count(f"{separator} {quote}") > text.count(f"{separator}{quote}")


def _records(lines: list[str], marks: Marks, whole: bool) -> list[Record]:
    return list(islice(records(lines, marks, None, whole), LOOKED_AT))
