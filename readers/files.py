"""Which files a pack means: beside it, or in an installed package."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from readers.content import Content, file
from readers.spec import Read
from readers.table import Unreadable

NODE_MODULES = Path(__file__).parent.parent / "node_modules"


def files(read: Read, folder: Path) -> Iterator[Content]:
    """The files, in the order of their names. Raises: Unreadable when there is none."""
    path = read.path or ""
    root = _root(read, folder)
    found = sorted(one for one in _matching(root, path, read.name) if one.is_file())
    if not found:
        raise Unreadable(read.name, f"no such file in {root}")
    for one in found:
        yield file(one, _called(read, one, root))


def _root(read: Read, folder: Path) -> Path:
    """The folder that the path lies in."""
    if read.npm is not None:
        return NODE_MODULES / _within(read.npm, read.name)
    if read.package is None:
        return folder
    spec = find_spec(read.package) if read.package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise Unreadable(read.name, f"the package {read.package!r} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _matching(root: Path, path: str, name: str) -> list[Path]:
    """The files of a path that may hold stars. One that begins at the root of the disk is taken as it is."""
    if PurePosixPath(path).is_absolute():
        pure = PurePosixPath(path)
        return list(Path(pure.root).glob(str(pure.relative_to(pure.root)))) if "*" in path else [Path(path)]
    _within(path, name)
    exact = root / path
    return [exact] if exact.is_file() else list(root.glob(path))


def _within(path: str, name: str) -> str:
    """The path. Raises: Unreadable when it leads out of the folder."""
    if ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
        raise Unreadable(name, f"{path!r} leads out of the folder it should lie in")
    return path


def _called(read: Read, path: Path, root: Path) -> str:
    """How a file is called in a batch: with its package or from its folder."""
    inside = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    owner = read.package or read.npm
    return f"{owner}/{inside}" if owner else inside
