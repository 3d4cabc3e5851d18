"""Texts with tags: in which encoding they are, what in them is refused, and KML as the library for it needs it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from readers.balloons import spread
from readers.content import Content, Folder
from readers.encoding import encoding as told
from readers.encoding import known, texts, visible
from readers.table import Unreadable

HEAD = 1 << 16
DECLARED = re.compile(r"""^\s*<\?xml[^>]*?\bencoding=["']([\w.-]+)["']""")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
DATA = re.compile(r"""(<(?:\w+:)?Data\s+name=)("[^"<]*"|'[^'<]*')""")


def encoding(content: Content) -> str:
    """What the text says it is written in, else what it looks like. Raises: Unreadable."""
    head = content.head(HEAD)
    seen = told(head).name
    said = None if seen.startswith(("utf-16", "utf-32")) else DECLARED.match(head.decode("latin-1").removeprefix("ï»¿"))
    return known(said[1] if said else seen, content.name)


def harmless(content: Content, root: str) -> None:
    """A document of rows needs no document type; one that brings its own entities can unfold without end.

    `root` is what the first tag looks like. Raises: Unreadable.
    """
    text = content.head(HEAD).decode(encoding(content), "replace")
    begin = re.search(root, text)
    if begin is None:
        raise Unreadable(content.name, f"is damaged: the tag {root} was expected")
    if "<!" in re.sub(r"<!--.*?-->", "", text[:begin.start()], flags=re.DOTALL):
        raise Unreadable(content.name, "declares entities of its own, which rows have no use for, so it is refused")


def renamed(content: Content) -> tuple[Content, dict[str, str]]:
    """KML in UTF-8 whose own data have plain names, and what those stand for.

    The library writes every letter of such a name that is not plain as _, so that two names may become one.
    """
    folder, names = Folder(), dict[str, str]()

    def plain(found: re.Match[str]) -> str:
        name = unescape(found[2][1:-1])
        return f'{found[1]}"{names.setdefault(name, f"named{len(names)}")}"'

    path = folder.path / "content.kml"
    with path.open("w", encoding="utf-8") as out:
        for part in spread(_whole_tags(content)):
            out.write(DATA.sub(plain, part))
    return replace(content, path=path, member=None, keeps=(*content.keeps, folder)), {
        short: name for name, short in names.items()}


def _whole_tags(content: Content) -> Iterator[str]:
    """The text piece by piece, no tag cut in two, without what it says of its encoding."""
    rest, begun = "", False
    for text in texts(content, encoding(content)):
        whole, mark, rest = (rest + visible(text)).rpartition("<")
        whole, rest = (whole, mark + rest) if mark else ("", rest)
        yield whole if begun else DECLARATION.sub("", whole)
        begun = begun or bool(whole)
    yield rest
