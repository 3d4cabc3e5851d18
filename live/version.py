"""Which build this is: pages of an older one load themselves anew."""

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("assets", "callbacks", "data_access", "indicators", "layouts", "live")


@cache
def version() -> str:
    """A digest of everything that a page is made of, read once at start."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix in {".py", ".js", ".mjs", ".css"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
