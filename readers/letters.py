"""Which encoding bytes are likeliest in, by the letters with which languages write what they call things.

In every encoding the bytes are read as text, and its letters beyond ASCII are weighed with their neighbours against those of
each language that is written in it. A language's letters are counted in what CLDR calls languages, countries, scripts,
currencies, months and days in it, some 15,000 letters.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from babel import Locale

WEST = ("en", "de", "fr", "es", "pt", "it", "nl", "sv", "nb", "da", "fi", "is", "ca")
MIDDLE = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq")
CYRILLIC = ("ru", "uk", "be", "bg", "mk", "sr")
# The languages of each encoding; of two encodings in which the bytes read alike, the one that stands first is taken.
WRITTEN = {
    "cp1252": WEST, "gb18030": ("zh",), "cp932": ("ja",), "cp949": ("ko",), "cp950": ("zh_Hant",), "cp1250": MIDDLE,
    "cp1251": CYRILLIC, "cp1254": ("tr",), "cp1253": ("el",), "cp1257": ("lt", "lv", "et"), "cp1255": ("he",),
    "cp1256": ("ar", "fa", "ur"), "cp874": ("th",), "euc_jp": ("ja",), "koi8_u": ("ru", "uk"), "iso8859_2": MIDDLE,
    "iso8859_5": CYRILLIC, "iso8859_7": ("el",), "iso8859_6": ("ar",), "cp866": ("ru", "uk", "be", "bg"), "cp850": WEST,
    "cp852": MIDDLE, "mac_roman": WEST,
}
# Encodings that are met most and that need no more evidence than the letters, and those of machines long gone, which need much.
USUAL = frozenset(("cp1252", "gb18030"))
OLD = frozenset(("euc_jp", "koi8_u", "iso8859_5", "iso8859_6", "cp866", "cp850", "cp852", "mac_roman"))
SIGNS = frozenset("°µ²³€£§·«»“”„‘’–—…º¿¡№‰×½\u00a0、。・，：；（）－～％「」")
# Scripts with more letters than CLDR has occasion for: the national standard that lists the commonest ones, in which rows.
COMMON = {"zh": ("gb2312", 0xB0, 0xD7), "ja": ("euc_jp", 0xB0, 0xCF), "ko": ("euc_kr", 0xB0, 0xC8),
          "zh_Hant": ("big5", 0xA4, 0xC6)}
ALPHABETS = frozenset(("CYRILLIC", "GREEK", "HEBREW", "ARABIC"))          # hardly a word has a letter of one beside a Latin one
SIGN, UNSEEN = math.log(1e-2), math.log(6e-5)       # how likely a usual sign is, and a common letter that CLDR did not need
STRANGE, BROKEN = math.log(1e-6), math.log(1e-7)    # a letter of other languages, and what is none
ODD = math.log(1e-2)     # each oddity within a word, as where Cyrillic is read by the wrong table
WITHIN = re.compile(r"(?<=[^\W\d_])[°µ²³€£§«»“”„…º¿¡№‰½](?=[^\W\d_])|(?<=[a-z])[\u2e80-\uffef](?=[a-z])")
SELDOM, SELDOMEST = math.log(1e-3), math.log(1e-5)   # what evidence the others need
TRUSTED = 20.0           # pairs behind a letter that weigh as much as how often the next one is altogether
WORDS_END = r"[\x00-@\[-`{-\x7f]+"      # whatever is plain and no letter
MANY = 2_000             # different words are enough


@dataclass(frozen=True)
class Letters:
    """How often a language's letters are, alone and behind each other."""

    language: str
    share: dict[str, float]
    pairs: Counter[tuple[str, str]]
    firsts: Counter[str]

    def weight(self, before: str, letter: str) -> float:
        """The logarithm of how likely a letter is behind another."""
        if mixed(before, letter):
            return STRANGE
        share = self.share.get(letter)
        if share is not None:
            return math.log((self.pairs[before, letter] + TRUSTED * share) / (self.firsts[before] + TRUSTED))
        if letter in SIGNS:
            return SIGN
        return (UNSEEN if common(letter, self.language) else STRANGE) if meant(letter) else BROKEN


@cache
def meant(letter: str) -> bool:
    """Whether a letter is part of words, as marks over and under letters are."""
    return unicodedata.category(letter)[0] in "LM"


@cache
def script(letter: str) -> str:
    """The first word of a letter's name: LATIN, CJK, HANGUL."""
    return unicodedata.name(letter, "").partition(" ")[0]


def mixed(before: str, letter: str) -> bool:
    """Whether a letter of ASCII stands beside one of another alphabet."""
    plainly, other = sorted((before, letter))
    return plainly.isascii() and plainly.isalpha() and script(other) in ALPHABETS


@cache
def common(letter: str, language: str) -> bool:
    """Whether a national standard lists a letter among a language's common ones."""
    standard, first, last = COMMON.get(language, ("ascii", 0, 0))
    try:
        written = letter.encode(standard)
    except UnicodeEncodeError:
        return False
    return len(written) == 2 and first <= written[0] <= last


@cache
def letters(language: str) -> Letters:
    """The letters of a language."""
    share: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in names(language):
        words = plain(text)
        share.update(words)
        pairs.update(pairwise(words))
    firsts: Counter[str] = Counter()
    for (before, _), count in pairs.items():
        firsts[before] += count
    whole = share.total()
    return Letters(language, {letter: count / whole for letter, count in share.items()}, pairs, firsts)


def names(language: str) -> Iterator[str]:
    """What CLDR calls things in a language."""
    locale = Locale.parse(language)
    for named in (locale.languages, locale.territories, locale.scripts, locale.currencies):
        yield from map(older, named.values())
    for widths in (locale.months["format"], locale.days["format"]):
        yield from widths["wide"].values()


def older(text: str) -> str:
    """A text with the letters that stood for Romanian ones before there was Unicode."""
    return text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))


def plain(text: str) -> str:
    """A text in small letters, whatever is plain and no letter as a space, and a space around it."""
    return f" {''.join(letter if letter.isalpha() or not letter.isascii() else ' ' for letter in text.lower())} "


def followed(words: list[str]) -> Counter[tuple[str, str]]:
    """How often which letter stands behind which, one of both being beyond ASCII."""
    spaced = plain(" ".join(words))
    return Counter(pair for pair in pairwise(spaced) if not (pair[0].isascii() and pair[1].isascii()))


def odd(words: list[str]) -> int:
    """How often a capital beyond ASCII stands behind a small letter, and between two letters a sign that joins
    no words, or a single letter of the far east."""
    turned = sum(before.islower() and letter.isupper() and not letter.isascii()
                 for word in words for before, letter in pairwise(word))
    return turned + sum(len(WITHIN.findall(word)) for word in words)


def likeliest(sample: bytes, errors: str) -> tuple[str, str]:
    """The encoding that bytes are likeliest in, and the language that speaks for it, in English."""
    best, encoding, language = -math.inf, "cp1252", "en"
    for name, languages in WRITTEN.items():
        different = dict.fromkeys(re.split(WORDS_END, sample.decode(name, errors)))     # what repeats says nothing new
        words = [word for word in different if not word.isascii()][:MANY]
        pairs = followed(words)
        against = odd(words) * ODD + (0.0 if name in USUAL else SELDOMEST if name in OLD else SELDOM)
        for one in languages:
            known = letters(one)
            weight = against + sum(count * known.weight(before, letter) for (before, letter), count in pairs.items())
            if weight > best:
                best, encoding, language = weight, name, one
    return encoding, Locale.parse(language).english_name or language
