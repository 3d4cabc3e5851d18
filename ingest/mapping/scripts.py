"""Letters and digits of any script as the plain ones that they stand for."""

import unicodedata
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from opencc import OpenCC

VOWELS = "\u0900", "\u0eff"     # scripts from Devanagari to Lao
CHINESE = "\u2e80"              # from here on words are not parted by spaces, and in
THAI = "\u0e00", "\u0eff"
MARKS = {"٫": ".", "٬": ",", "’": "'", "ʼ": "'", "′": "'"}     # Arabic marks of decimals and thousands; apostrophes
FOREIGN = rf"[^\P{{Nd}}0-9]|[{''.join(MARKS)}]"
IDEOGRAPHS = 0x20000           # from here on there are no digits


def bare(text: str) -> str:
    """A text without the marks over and under its letters that capitals and old systems leave out, which of India's and
    Thailand's are vowels; ı as i."""
    apart = unicodedata.normalize("NFKD", text).replace("ı", "i")
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if unicodedata.category(letter) != "Mn"
                                                or VOWELS[0] <= letter <= VOWELS[1]))


@cache
def converter() -> OpenCC:
    """Turns traditional characters into simplified ones."""
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """A text whose traditional Chinese characters are the simplified ones."""
    return converter().convert(text) if any(letter >= CHINESE for letter in text) else text


def unparted(word: str) -> bool:
    """Whether a word is of a script that sets no spaces between words, or few, as Korean."""
    return word[0] >= CHINESE or THAI[0] <= word[0] <= THAI[1]


@cache
def plainly() -> dict[int, str]:
    """The digits of all scripts, and the marks between digits that are not those of ASCII, as those of ASCII."""
    digits = {point: str(unicodedata.digit(chr(point))) for point in range(128, IDEOGRAPHS)
              if unicodedata.category(chr(point)) == "Nd"}
    return digits | {ord(mark): plain for mark, plain in MARKS.items()}


def narrow(texts: pa.StringArray) -> pa.StringArray:
    """Texts in half width, their digits and the marks between them those of ASCII."""
    halved = pc.utf8_normalize(texts, form="NFKC")
    if not pc.any(pc.match_substring_regex(halved, FOREIGN)).as_py():
        return halved
    table = plainly()
    return pa.array([None if text is None else text.translate(table) for text in halved.to_pylist()], pa.string())
