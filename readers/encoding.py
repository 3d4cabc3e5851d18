"""In which encoding bytes are, and text out of them without losing a byte that does not belong."""

import codecs
import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from readers.content import Content
from readers.letters import likeliest
from readers.table import Unreadable

SAMPLE = 1 << 18
SCANNED = 1 << 28       # bytes looked through for a line that is not plain ASCII
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FOREIGN = re.compile("[\udc00-\udcff]")     # bytes that the encoding does not know, as `kept` writes them
FOREIGN_BYTES = "holds bytes that are not of the file's encoding"
HALVES = re.compile(r"\\u[dD][89a-fA-F]")    # how JSON may write half a character, and a whole one in two halves
HALF = "holds half a character (such as \\ud83d alone), which no text can hold; was it cut off?"
KEPT = "tonglan-kept"
UTF8_MARKS = {"utf-8": 1, "utf-8-sig": 2}     # byte order marks at the beginning that are passed over
VOTES = 20_000          # lines
ENOUGH = 0.6            # of the lines must be UTF-8


@dataclass(frozen=True)
class Encoding:
    """An encoding and what it was told from."""

    name: str
    reason: str


def _keep(error: UnicodeError) -> tuple[str, int]:
    """Each byte that is not of the encoding as a lone surrogate, so that its row can be told and shown."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start:error.end]), error.end


codecs.register_error(KEPT, _keep)


def visible(text: str) -> str:
    """The text with bytes that are not of its encoding written as \\xNN."""
    return FOREIGN.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


def halved(value: Any) -> bool:
    """Whether half a character stands alone somewhere in a value that JSON said."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def known(encoding: str, name: str) -> str:
    """The encoding as Python calls it. Raises: Unreadable."""
    try:
        "".encode(encoding)
        return "gb18030" if codecs.lookup(encoding).name in ("gbk", "gb2312", "cp936") else encoding
    except (LookupError, UnicodeError) as error:
        raise Unreadable(name, f"encoding {encoding!r} is unknown; utf-8, gb18030, utf-16 and latin-1 are known, among others"
                         ) from error


def guess(content: Content) -> Encoding:
    """The encoding of a file, told from its first bytes and from the first lines that are not plain ASCII. Raises: Unreadable."""
    with content.stream() as stream:
        head = stream.read(SAMPLE)
        found = encoding(head)
        if found.name != "utf-8" or not head.isascii():
            return found
        for chunk in stream.chunks():
            if not chunk.isascii():
                return encoding(chunk[chunk.find(b"\n") + 1:chunk.rfind(b"\n") + 1] or chunk)
            if stream.read_so_far > SCANNED:
                break
    return found


def encoding(sample: bytes) -> Encoding:
    """The encoding of some bytes."""
    for bom, name in BOMS:
        if sample.startswith(bom):
            return Encoding(name, "the byte order mark says so")
    if (wide := _wide(sample)) is not None:
        return Encoding(wide, "every second byte is empty")
    if sample.isascii():
        return Encoding("utf-8", "all of the sample is plain ASCII")
    high = list(islice((line for line in sample.split(b"\n") if not line.isascii()), VOTES))
    whole = high[:-1] if len(high) > 1 and not sample.endswith(b"\n") else high     # the last may be cut
    fits = sum(_decodes(line, "utf-8") for line in whole) / len(whole)
    if fits >= ENOUGH or _decodes(sample, "utf-8", cut=True):
        return Encoding("utf-8", "its lines are valid UTF-8" if fits == 1 else f"{fits:.0%} of its lines are valid UTF-8")
    name, language = likeliest(b"\n".join(whole), KEPT)
    return Encoding(name, f"its letters are likeliest those of {language}; say `encoding` if names look wrong")


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: Latin digits, commas and line ends leave half of their bytes empty."""
    even, odd = sample[0:4096:2].count(0), sample[1:4096:2].count(0)
    half = max(1, min(len(sample), 4096) // 2)
    if odd / half > 0.2 and even / half < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even / half > 0.2 and odd / half < 0.02 else None


def _decodes(sample: bytes, encoding: str, cut: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=not cut)
    except UnicodeDecodeError:
        return False
    return True


def texts(content: Content, encoding: str, size: int = 1 << 20) -> Generator[str, None, None]:
    """The text, piece by piece; what is not of the encoding stays as lone surrogates. Raises: Unreadable."""
    decoder = codecs.getincrementaldecoder(known(encoding, content.name))(KEPT)
    begun = False
    with content.stream() as stream:
        while chunk := stream.read(size):
            text = decoder.decode(chunk)
            yield text if begun else text.removeprefix("\ufeff")      # a mark that the encoding did not expect
            begun = begun or bool(text)
    yield decoder.decode(b"", final=True)


def in_utf8(content: Content, encoding: str, size: int = 1 << 20) -> Generator[bytes, None, None]:
    """The same as `texts` in UTF-8, lone surrogates too: the file's own bytes where they are that. Raises: Unreadable."""
    name = codecs.lookup(known(encoding, content.name)).name
    if name not in UTF8_MARKS:
        yield from (text.encode("utf-8", "surrogatepass") for text in texts(content, encoding, size))
        return
    rest, marks = b"", UTF8_MARKS[name]
    with content.stream() as stream:
        while chunk := stream.read(size):
            piece, rest = _own(rest + chunk)
            while marks and piece.startswith(codecs.BOM_UTF8):
                piece, marks = piece.removeprefix(codecs.BOM_UTF8), marks - 1
            marks = 0 if piece else marks
            yield piece
    yield codecs.utf_8_decode(rest, KEPT, True)[0].encode("utf-8", "surrogatepass")


def _own(data: bytes) -> tuple[bytes, bytes]:
    """Bytes as far as they are whole lines or characters, each that is not of UTF-8 as a lone surrogate; and those behind."""
    whole = data.rfind(b"\n") + 1
    if whole and sound(data[:whole]):
        return data[:whole], data[whole:]
    text, whole = codecs.utf_8_decode(data, KEPT, False)
    return text.encode("utf-8", "surrogatepass"), data[whole:]


def sound(data: bytes) -> bool:
    """Whether bytes are UTF-8 throughout; told by Arrow in a third of the time that Python takes for a text."""
    try:
        pa.array([data], pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def beginning(content: Content, encoding: str, size: int) -> tuple[str, bool]:
    """The first of a text, about so many characters, and whether that is all of it. Raises: Unreadable."""
    parts = texts(content, encoding, size)
    try:
        sample = next(parts) + next(parts, "")
        return sample, next(parts, None) is None
    finally:
        parts.close()
