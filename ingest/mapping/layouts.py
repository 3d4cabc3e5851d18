"""How times are written: strptime codes, or yyyy-MM-dd, turned into a pattern whose groups bear the codes' letters."""

import re
from functools import cache

NAMED = ("iso", "epoch_s", "epoch_ms", "excel", "excel_1904")
WHOLE = {"%T": "%H:%M:%S", "%R": "%H:%M", "%F": "%Y-%m-%d", "%D": "%m/%d/%y"}
ZONE = r"Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?"
HALF = (r"[AaPp]\.?[Mm]\.?|上午|下午|凌晨|早上|中午|晚上|午前|午後|오전|오후|[صم]|[πΠμΜ]\.?[μΜ]\.?|[Öö][ÖöSs]|SA|CH")
MARKED = r"\u0300-\u036f\u0900-\u0963\u0e31-\u0e4e"      # vowels and marks of Hindi and Thai, which are part of words
LETTERS = rf"[^\W0-9_](?:[^\W0-9_]|[{MARKED}]|\.(?=[^\W0-9_]))*\.?"
# The eras of Japan and that of Taiwan by their signs and letters, and the first year of each.
ERAS = {"令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868,
        "民國": 1912, "民国": 1912, "R": 2019, "H": 1989, "S": 1926, "T": 1912, "M": 1868}
ERA = "|".join(ERAS)
FIRST = "元"             # the first year of an era
PATTERNS = {"Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d{1,2}",
            "S": r"\d{1,2}", "f": r"\d{1,9}", "j": r"\d{1,3}", "b": LETTERS, "B": LETTERS, "p": HALF, "z": ZONE,
            "EC": ERA, "Ey": rf"\d{{1,3}}|{FIRST}", "EY": r"\d{4}"}
PASSED = {"a": LETTERS, "A": LETTERS}  # weekdays say nothing that the date does not
OTHER_STYLE = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d", "HH": "%H", "H": "%H", "hh": "%I",
               "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "SSS": "%f", "a": "%p"}
TOKEN = re.compile(r"yyyy|yy|MM?|dd?|HH?|hh?|mm?|ss?|SSS|a")

CLOCK = (rf"(?:(?P<p>{HALF})\s*)?(?P<H>\d{{1,2}})(?:[:：]|[时時点點시])\s*(?:(?P<M>\d{{1,2}})[分분]?)?"
         rf"(?:[:：]?\s*(?P<S>\d{{1,2}})(?:[.,](?P<f>\d{{1,9}}))?[秒초]?)?\s*(?P<q>{HALF})?\s*(?P<z>{ZONE})?")


class UnknownFormat(ValueError):
    """The format is none that is understood."""


@cache
def checked(format_: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a format; none for those that count (epoch, excel). Raises: UnknownFormat."""
    if format_ == "iso":
        return ISO
    if format_ in NAMED:
        return ()
    codes = format_ if "%" in format_ else translated(format_)
    for short, long in WHOLE.items():
        codes = codes.replace(short, long)
    return (compiled(pattern(codes, format_)),)


def translated(format_: str) -> str:
    """yyyy-MM-dd HH:mm as %Y-%m-%d %H:%M. Raises: UnknownFormat."""
    if "yy" not in format_ and "H" not in format_ and "h" not in format_:
        raise UnknownFormat(f"{format_!r} is no format of times; write iso, epoch_s, epoch_ms, excel, %d.%m.%Y %H:%M or "
                            "yyyy-MM-dd HH:mm")
    return TOKEN.sub(lambda found: OTHER_STYLE[found[0]], format_)


def pattern(codes: str, written: str) -> str:
    """The pattern of strptime codes; numbers may lack their leading zeros. Raises: UnknownFormat."""
    made, seen = "", set()
    for code, literal in CODE.findall(codes):
        if literal or code == "%":
            made += r"\s+" if literal.isspace() else re.escape(literal or "%")
        elif code in PASSED:
            made += PASSED[code]
        elif code in PATTERNS and code not in seen:
            made += f"(?P<{code}>{PATTERNS[code]})"
            seen.add(code)
        else:
            raise UnknownFormat(f"the format {written!r} holds %{code}"
                                + (" twice" if code in seen else ", which is not understood"))
    if not seen:
        raise UnknownFormat(f"the format {written!r} holds no part of a date or time")
    return made


def compiled(written: str) -> re.Pattern[str]:
    """The pattern, whose digits are those of ASCII: numpy reads them by their bytes."""
    return re.compile(written.replace(r"\d", "[0-9]"))


CODE = re.compile(r"%-?(E?.?)|(\s+|[^%])")
ISO = tuple(map(compiled, (
    rf"(?P<Y>\d{{4}})[-/.]\s?(?P<m>\d{{1,2}})[-/.]\s?(?P<d>\d{{1,2}})\.?(?:(?:[Tt]|\s+){CLOCK})?",
    rf"(?:(?P<Y>\d{{4}})|(?P<EC>{ERA})\s?(?P<Ey>\d{{1,3}}|{FIRST}))\s*[年년]\s*(?P<m>\d{{1,2}})\s*[月월]\s*(?P<d>\d{{1,2}})\s*[日号號일]?"
    rf"(?:\s*{CLOCK})?",
    rf"(?P<EC>{ERA})(?P<Ey>\d{{1,3}}|{FIRST})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:\s+{CLOCK})?",
    rf"(?P<Y>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}})(?:T?(?P<H>\d{{2}})(?P<M>\d{{2}})(?:(?P<S>\d{{2}}))?(?P<z>{ZONE})?)?",
)))
DAYTIME = (compiled(CLOCK), compiled(r"(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?"))
