"""What a pack itself knows, without a database: its tree, and the words that it declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.assign import OUTSIDE, Assigner
from geo.strays import Box
from ingest.leaves import finest
from ingest.load_city import read_classes
from ingest.load_tree import Survey, survey
from ingest.mapping.regions import RegionIndex
from ingest.pack import Pack


@dataclass(frozen=True)
class Known:
    """What a sample is held against: the tree, and the words that the pack declares."""

    pack: Pack
    survey: Survey
    regions: RegionIndex
    assigner: Assigner
    words: Mapping[tuple[str, str], set[str]] = field(repr=False)     # subject, field → the values there are

    @property
    def box(self) -> Box | None:
        """The degrees within which the city lies."""
        shapes = [shape for shape in self.survey.tree["geom"] if shape is not None]
        return Box(*map(float, shapely.total_bounds(shapes))) if shapes else None

    def inside(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points lie in the city."""
        found: NDArray[np.bool_] = self.assigner.assign(lon, lat) != OUTSIDE
        return found

    def region(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """The row of the tree that each point lies in; OUTSIDE where it lies in none."""
        return self.assigner.assign(lon, lat)


def known(pack: Pack) -> Known:
    """What the pack itself knows. Raises: PackError."""
    found = survey(pack)
    tree = found.tree.assign(number=range(len(found.tree)))
    number = dict(zip(tree["code"], tree["number"], strict=True))
    ids, levels = tree["number"].to_numpy(np.int32), tree["level"].to_numpy(np.int32)
    parents = tree["parent"].map(number).fillna(OUTSIDE).to_numpy(np.int32)
    regions = RegionIndex(tree["code"].tolist(), tree["name_zh"].tolist(), tree["name_en"].tolist(), tree["parent"].tolist(),
                          levels.tolist(), [level.key for level in pack.levels])
    kinds, properties = ({one.key for one in listed} for listed in (pack.device_kinds, pack.properties))
    words = {("cases", "class"): {row["code"] for row in read_classes(pack)}, ("devices", "kind"): kinds,
             ("observations", "property"): properties}
    return Known(pack, found, regions, finest(ids, parents, levels, tree["geom"].to_numpy(object)), words)
