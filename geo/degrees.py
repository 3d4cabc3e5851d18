"""Degrees as people write them: 31.2, 31°12′30″N, 东经121度28分, N31 12.5, 31:12:30."""

import re
import unicodedata

MARKS = str.maketrans({"度": "°", "º": "°", "˚": "°", "分": "′", "'": "′", "’": "′", "‘": "′", "秒": "″", '"': "″", "”": "″",
                       "“": "″", "−": "-"})
SIDES = {"n": 1, "s": -1, "e": 1, "w": -1, "北": 1, "南": -1, "东": 1, "東": 1, "西": -1}  # O is west in Spanish, east in German
UPRIGHT = frozenset("ns北南")   # these sides belong to a latitude
LONGEST = 60
SIDE = r"([nsew北南东東西]?)(?:纬|緯|经|經)?"
NUMBER = r"(\d{1,3}(?:\.\d{0,15})?)"
WRITTEN = re.compile(rf"{SIDE}:?([+-]?){NUMBER}(?:°|\s|$)?(?:(?<=[°\s]){NUMBER}(?:′|\s|$)?)?(?:(?<=[′\s]){NUMBER}″?)?{SIDE}")


def parsed(text: str) -> tuple[float, bool | None] | None:
    """Degrees, and whether their side says that they are a latitude (None: it says nothing); None when it is no such text."""
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold().strip().translate(MARKS).replace("′′", "″")
    plain = re.sub(r"\s*([°′″nsew北南东東西纬緯经經])\s*", r"\1", re.sub(r"(?<=\d)\s*[:\s]\s*(?=\d)", " ", plain))
    found = WRITTEN.fullmatch(plain)
    if found is None or (found[1] and found[6]):
        return None
    degrees, minutes, seconds = (float(found[at] or 0) for at in (3, 4, 5))
    side = found[1] or found[6]
    if minutes >= 60 or seconds >= 60 or (found[2] and side):
        return None
    sign = -1 if found[2] == "-" else SIDES.get(side, 1)
    return sign * (degrees + minutes / 60 + seconds / 3600), (side in UPRIGHT) if side else None
