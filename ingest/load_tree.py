"""The pack's tree of regions: read, checked, given shapes from the leaves up, and written."""

from collections import Counter
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from sqlalchemy import Connection

from data_access.engine import sql
from geo.tree import areas_km2, label_points, multipolygons, unions
from ingest.copy import copy_rows
from ingest.pack import CITY, Leaves, Pack, PackError
from ingest.tables import frame

COLUMNS = ["level", "code", "parent", "name_zh", "name_en"]
REGION = ["region_id", "parent_id", "level", "code", "name_zh", "name_en", "geom", "label_point", "area_km2"]


class OtherTree(PackError):
    """The database holds another tree than the pack; facts hang on it, so it is not changed in place."""


def read_tree(pack: Pack) -> pd.DataFrame:
    """The regions, the city first.

    Returns: level, code, parent (a code, "" for the city), name_zh, name_en, geom, label_point, area_km2;
        by level, then as they stand in the pack.
    Raises: PackError when a parent, a child or a shape is missing, or a code is there twice.
    """
    path = pack.folder / pack.tree.regions
    if not path.is_file():
        raise PackError(f"{path} is missing; city.yaml names it as tree.regions")
    upper = frame(path)
    if list(upper.columns) != COLUMNS:
        raise PackError(f"{path}: expected the columns {', '.join(COLUMNS)}; found {', '.join(upper.columns)}")
    deepest = len(pack.levels) - 1
    wrong = upper.index[~upper["level"].isin([str(level) for level in range(deepest)])]
    if len(wrong):
        raise PackError(f"{path}, line {wrong[0]}: level must be 0 to {deepest - 1}, found {upper['level'][wrong[0]]!r}")
    upper["level"] = upper["level"].astype(int)
    lower, shapes = read_leaves(pack.tree.leaves, pack.path(pack.tree.leaves.file))
    lower["level"] = deepest
    tree = pd.concat([upper.sort_values("level", kind="stable"), lower[COLUMNS]], ignore_index=True)
    check(tree, path)
    check_scenes(pack, set(tree["code"]))
    return shaped(tree, dict(zip(lower["code"], shapes, strict=True)))


def check_scenes(pack: Pack, codes: set[str]) -> None:
    """Every scene of a wall is of a region that there is. Raises: PackError."""
    for wall in pack.walls:
        for scene in wall.scenes:
            if scene.region is not None and scene.region not in codes:
                raise PackError(f"{pack.folder / CITY}: walls ({wall.key}): {scene.address}: "
                                f"no region has the code {scene.region!r}")


def read_leaves(leaves: Leaves, path: Path) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """The last level's code, parent and names, and its shapes in WGS 84, by code. Raises: PackError."""
    features = boundaries(path)
    rows = features.drop(columns=features.geometry.name).to_dict("records")
    try:
        made = pd.DataFrame({
            "code": [str(row[leaves.code]) for row in rows], "parent": [str(row[leaves.parent]) for row in rows],
            "name_zh": [leaves.name.zh.format(**row) for row in rows], "name_en": [leaves.name.en.format(**row) for row in rows]})
    except KeyError as error:
        raise PackError(f"{path}: a feature has no property {error}; tree.leaves names it") from error
    shapes = multipolygons(features.geometry.to_numpy())
    order = made["code"].argsort(kind="stable").to_numpy()
    return made.iloc[order].reset_index(drop=True), shapes[order]


def boundaries(path: Path) -> geopandas.GeoDataFrame:
    """A file of shapes in any format and projection that GDAL reads, in WGS 84. Raises: PackError."""
    try:
        features = geopandas.read_file(path)
    except DataSourceError as error:
        raise PackError(f"{path}: not a file of boundaries: {error}") from error
    if features.crs is None:
        raise PackError(f"{path}: says no coordinate system; a shapefile needs its .prj beside it")
    return features.to_crs(4326)


def check(tree: pd.DataFrame, path: Path) -> None:
    """One city, every code once, every parent one level up, and nobody above the leaves without children. Raises: PackError."""
    if (tree["level"] == 0).sum() != 1 or tree["parent"][0] != "":
        raise PackError(f"{path}: expected one region of level 0, without a parent")
    twice = [code for code, times in Counter(tree["code"]).items() if times > 1]
    if twice:
        raise PackError(f"{path}: the code {twice[0]} stands there more than once")
    level = dict(zip(tree["code"], tree["level"], strict=True))
    for row in tree[1:].itertuples():
        if level.get(row.parent) != row.level - 1:
            raise PackError(f"{path}: {row.code} (level {row.level}) names the parent {row.parent!r}, "
                            f"which is no region of level {row.level - 1}")
    childless = set(tree["code"][tree["level"] < tree["level"].max()]) - set(tree["parent"])
    if childless:
        raise PackError(f"{path}: {min(childless)} has no region below it, so it has no shape")


def shaped(tree: pd.DataFrame, shapes: dict[str, shapely.MultiPolygon]) -> pd.DataFrame:
    """The tree with shapes, label points and areas; a region's shape is the union and its area the sum of its children's."""
    areas = dict(zip(shapes, areas_km2(np.array(list(shapes.values()), dtype=object)), strict=True))
    for level in range(int(tree["level"].max()), 0, -1):
        here = tree[tree["level"] == level]
        shapes |= unions(np.array([shapes[code] for code in here["code"]], dtype=object), list(here["parent"]))
        areas |= here["code"].map(areas).groupby(here["parent"]).sum().to_dict()
    tree["geom"] = [shapes[code] for code in tree["code"]]
    return tree.assign(label_point=label_points(tree["geom"].to_numpy()), area_km2=tree["code"].map(areas))


def write_tree(connection: Connection, tree: pd.DataFrame) -> pd.DataFrame:
    """Write the regions and their ancestors; names and shapes of regions that are there are brought up to date.

    Returns: the tree with region_id and parent_id.
    Raises: OtherTree when the database's regions hang together otherwise.
    """
    have = {row.code: row for row in connection.execute(sql("""
        SELECT r.code, r.region_id, p.code AS parent FROM region r LEFT JOIN region p ON p.region_id = r.parent_id"""))}
    if have:
        same_tree(tree, {code: row.parent or "" for code, row in have.items()})
    number = {code: row.region_id for code, row in have.items()} or {code: n for n, code in enumerate(tree["code"], 1)}
    numbered = tree.assign(region_id=tree["code"].map(number), parent_id=tree["parent"].map(number))
    if have:
        redraw(connection, numbered)
    else:
        copy_rows(connection, "region", REGION, {name: numbered[name].to_numpy() for name in REGION})
        copy_rows(connection, "region_ancestor", ["region_id", "ancestor_id", "level"], ancestors(numbered))
    return numbered


def redraw(connection: Connection, tree: pd.DataFrame) -> None:
    """Bring names and shapes of the regions up to date."""
    connection.exec_driver_sql("CREATE TEMP TABLE redrawn (LIKE region) ON COMMIT DROP")
    copy_rows(connection, "redrawn", REGION, {name: tree[name].to_numpy() for name in REGION})
    connection.execute(sql("""
        UPDATE region r
           SET name_zh = n.name_zh, name_en = n.name_en, geom = n.geom, label_point = n.label_point, area_km2 = n.area_km2
          FROM redrawn n
         WHERE n.region_id = r.region_id"""))


def same_tree(tree: pd.DataFrame, parents: dict[str, str]) -> None:
    """Raises: OtherTree, naming a region that is new, gone or under another parent."""
    wanted = dict(zip(tree["code"], tree["parent"], strict=True))
    if wanted != parents:
        differing = min(code for code in wanted.keys() | parents.keys() if wanted.get(code) != parents.get(code))
        raise OtherTree(f"the database holds another tree of regions (see {differing}); "
                        "load this pack into an empty database, or keep the pack that was loaded")


def ancestors(tree: pd.DataFrame) -> pd.DataFrame:
    """Every region with each of its ancestors, itself among them.

    Returns: region_id, ancestor_id, level (the ancestor's).
    """
    level = dict(zip(tree["region_id"], tree["level"], strict=True))
    parent = dict(zip(tree["region_id"], tree["parent_id"], strict=True))
    pairs = []
    for region in tree["region_id"]:
        ancestor = region
        while ancestor in level:
            pairs.append((region, ancestor, level[ancestor]))
            ancestor = parent[ancestor]
    return pd.DataFrame(pairs, columns=["region_id", "ancestor_id", "level"], dtype=np.int64)
