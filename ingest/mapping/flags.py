"""True or false, in the words of many languages."""

import unicodedata
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ingest.mapping.faults import Faults
from ingest.mapping.languages import told
from ingest.mapping.values import Reading

TRUE = frozenset((
    "true", "t", "yes", "y", "1", "on", "si", "sí", "oui", "ja", "sim", "是", "有", "真", "对", "已", "√", "✓", "✔"))
FALSE = frozenset((
    "false", "f", "no", "n", "0", "off", "non", "nein", "não", "nao", "否", "无", "假", "未", "×", "✗", "✘"))


def parsed(texts: pa.StringArray, reading: Reading, faults: Faults) -> NDArray[np.object_]:
    """True, False or None for each text."""
    true, false = ({plain(word) for word in words} for words in (reading.when_true, reading.when_false))
    known = usual() | dict.fromkeys(true, True) | dict.fromkeys(false, False)
    coded = texts.dictionary_encode(null_encoding="encode")
    distinct = coded.dictionary.to_pylist()
    meant = np.array([None if text is None else known.get(plain(text)) for text in distinct], object)
    odd = np.array([text is not None and flag is None for text, flag in zip(distinct, meant, strict=True)], bool)
    places = coded.indices.to_numpy(zero_copy_only=False)
    faults.add(odd[places], "type", "which is neither true nor false; name it in `when_true` or `when_false`")
    made: NDArray[np.object_] = meant[places]
    return made


@cache
def usual() -> dict[str, bool]:
    """The words that mean true or false wherever they stand."""
    of_languages = {plain(word): truth for said in told("flags") for key, truth in (("yes", True), ("no", False))
                    for word in said[key]}
    return of_languages | dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)


def plain(text: str) -> str:
    """A word whose width and case make no difference."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
