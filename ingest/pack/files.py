"""Where a pack's files are: in the pack, or in an installed package of PyPI or npm, which is never run."""

from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ingest.pack.faults import PackError
from ingest.pack.parts import Part, or_text
from readers.spec import Read

NODE_MODULES = Path(__file__).parents[2] / "node_modules"


class DataFile(Part):
    """A file of an installed package (`package`: of PyPI, `npm`: of npm), or of the pack when none is named."""

    package: str | None = None
    npm: str | None = None
    path: str

    @model_validator(mode="before")
    @classmethod
    def path_alone(cls, given: Any) -> Any:
        """A file of the pack may be named by its path alone."""
        return {"path": given} if isinstance(given, str) else given

    @field_validator("path", "npm")
    @classmethod
    def inside(cls, path: str | None) -> str | None:
        """A file is named from its folder down."""
        if path is not None and (PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts):
            raise ValueError("expected a path inside the folder, without .. and without a leading /")
        return path

    @model_validator(mode="after")
    def one_place(self) -> "DataFile":
        """A file lies in one place."""
        if self.package is not None and self.npm is not None:
            raise ValueError("expected package or npm, not both")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A path alone does."""
        return or_text(core, handler)

    @property
    def name(self) -> str:
        """How the file is called in a batch."""
        return "/".join(part for part in (self.package, self.npm, self.path) if part is not None)


def locate(folder: Path, file: DataFile) -> Path:
    """Where a data file is, without importing its package. Raises: PackError."""
    path = home(folder, file) / file.path
    if not path.is_file():
        raise PackError(f"the pack {folder.name} reads {file.name}, but {path} does not exist")
    return path


def found(folder: Path, read: Read) -> list[Path]:
    """The files that a pattern finds now; none for what is not on this disk. Raises: PackError."""
    if read.path is None:
        return []
    place = DataFile(package=read.package, npm=read.npm, path=read.path)
    there = sorted(path for path in home(folder, place).glob(read.path) if path.is_file())
    if not there:
        raise PackError(f"the pack {folder.name} reads {read.name}, but there is no such file in {home(folder, place)}")
    return there


def home(folder: Path, file: DataFile) -> Path:
    """The folder that a data file's path is counted from. Raises: PackError when its package is not installed."""
    if file.npm is not None:
        if not (NODE_MODULES / file.npm).is_dir():
            raise PackError(f"the npm package {file.npm} is not installed; the pack {folder.name} reads {file.path} from it")
        return NODE_MODULES / file.npm
    if file.package is None:
        return folder
    spec = find_spec(file.package)
    if spec is None or not spec.submodule_search_locations:
        raise PackError(f"the package {file.package} is not installed; the pack {folder.name} reads {file.path} from it")
    return Path(spec.submodule_search_locations[0])
