"""What the months are called in the world's languages, as CLDR has it."""

from functools import cache

from babel import Locale

from ingest.mapping.scripts import bare

# Without Croatian, whose old names are those of other months in Polish and Czech.
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "ca", "nl", "sv", "nb", "da", "fi", "is", "pl", "cs", "sk", "hu", "ro", "sl",
             "sq", "tr", "az", "lt", "lv", "et", "ru", "uk", "be", "bg", "mk", "sr", "sr_Latn", "el", "he", "ar", "fa", "ur",
             "hi", "bn", "th", "vi", "id", "ms")


@cache
def months() -> dict[str, int]:
    """Each name as `called` has it, in full and cut short, and its month's number."""
    made: dict[str, int] = {}
    for language in LANGUAGES:
        names = Locale.parse(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[use][width].items():
                    made.setdefault(called(name), number)
    return made


def called(name: str) -> str:
    """A name in small letters, without accents and the points of what is cut short."""
    return bare(name).casefold().replace(".", "").strip()


def month(written: str) -> int:
    """The number of a month's name; 0 when it is none."""
    return months().get(called(written), 0)
