"""A wall's scenes, and which of them is due: read off the clock, so that walls of one name agree without being told."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from data_access.city import City
from indicators.text import Language
from live import address

DEFAULT = "city"
DEFAULT_SECONDS = 30
DEFAULT_RESUME_S = 60


@dataclass(frozen=True)
class Scene:
    """An address of the screen, and how long it stands."""

    address: str
    seconds: int


@dataclass(frozen=True)
class Playlist:
    """Scenes in their order; a touch stops them for `resume_s` seconds."""

    scenes: tuple[Scene, ...]
    resume_s: int = DEFAULT_RESUME_S

    def due(self, now: float) -> Scene:
        """The scene of this second since 1970; the browser's script counts in the same way."""
        left = now % sum(scene.seconds for scene in self.scenes)
        for scene in self.scenes:
            left -= scene.seconds
            if left < 0:
                return scene
        return self.scenes[-1]


@dataclass(frozen=True)
class Walls:
    """The playlists of a city's pack by name; the first one is that of a wall without a name."""

    city: str = ""
    playlists: Mapping[str, Playlist] = field(default_factory=dict)

    def of(self, city: City | None) -> Mapping[str, Playlist]:
        """Those of this city: another city's database knows nothing of them."""
        return self.playlists if city is None or city.key == self.city else {}

    def first(self, city: City | None) -> str:
        """How a wall is called that was given no name."""
        return next(iter(self.of(city)), DEFAULT)


def of_city(city: City, region: str) -> Playlist:
    """What a wall shows that no pack speaks of: the region, then each right below it."""
    here = city.region(region)
    codes = (region, *(child.code for child in city.children(here)))
    return Playlist(tuple(Scene(f"/r/{quote(code, safe='')}", DEFAULT_SECONDS) for code in codes))


def find(walls: Walls, city: City, name: str, within: str | None) -> Playlist | None:
    """The scenes of a wall as far as they can be shown and lie in its region; None when no wall has this name."""
    home = of_city(city, within or city.root.code)
    found = walls.of(city).get(name, home if name == DEFAULT else None)
    if found is None:
        return None
    shown = tuple(scene for scene in found.scenes if may_show(city, scene, within))
    return Playlist(shown or home.scenes, found.resume_s)


def may_show(city: City, scene: Scene, within: str | None) -> bool:
    """Whether a scene can be shown on a wall that is limited to a region."""
    parts = urlsplit(scene.address)
    try:
        address.read(city, parts.path, parts.query, "zh", within)
    except address.Refused:
        return False
    return True


def staged(scene: Scene, name: str, language: Language) -> str:
    """A scene's address on the wall of this name."""
    parts = urlsplit(scene.address)
    return f"{parts.path}?{urlencode([*parse_qsl(parts.query), ('lang', language), ('wall', name)])}"


Clock = Callable[[], float]
wall_clock: Clock = time.time
