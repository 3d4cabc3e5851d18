"""The pack's tree of regions: read, checked, given shapes from the leaves up, and written."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.copy import copy_rows
from ingest.pack import CITY, Pack, PackError
from ingest.regions import hanging
from ingest.regions.drawing import drawn
from ingest.regions.rows import read_rows
from ingest.regions.told import Finding, Told

REGION = ["region_id", "parent_id", "level", "code", "name_zh", "name_en", "geom", "label_point", "area_km2"]
MOST = 40      # problems that are told at once


class OtherTree(PackError):
    """The database holds another tree than the pack; facts hang on it, so it is not changed in place."""


@dataclass(frozen=True)
class Survey:
    """The regions, and what was found while they were read."""

    tree: pd.DataFrame
    findings: tuple[Finding, ...]


def survey(pack: Pack) -> Survey:
    """The regions, the city first: level, code, parent (a code, "" for the city), name_zh, name_en, geom, label_point,
    area_km2; by level and code. Shapes, their points and areas are None, None and NaN where there are none.

    Raises: PackError with everything that keeps the rows from being one tree.
    """
    told = Told()
    rows = gathered(pack, told)
    if not told.problems:
        hanging.check(rows, [level.key for level in pack.levels], told)
    refuse(pack, told)
    tree = rows.sort_values(["level", "code"], kind="stable", ignore_index=True)
    tree = drawn(tree, told)
    refuse(pack, told)
    check_scenes(pack, set(tree["code"]))
    return Survey(tree.drop(columns="place"), tuple(told.findings))


def gathered(pack: Pack, told: Told) -> pd.DataFrame:
    """The rows of all files as one row a region, with the city among them, each with its level and parent."""
    parts = [read_rows(pack, number, told) for number in range(len(pack.tree.files))]
    regions, shapes = ([part for part, spec in zip(parts, pack.tree.files, strict=True) if spec.shapes_only is only]
                       for only in (False, True))
    repeated = np.concatenate([np.full(len(part), spec.repeated) for part, spec in zip(parts, pack.tree.files, strict=True)
                               if not spec.shapes_only])
    rows = pd.concat(regions, ignore_index=True)
    rows = hanging.joined(rows, pd.Series(repeated), told)
    rows = hanging.rooted(rows, told)
    rows = hanging.below_city(rows, hanging.city_code(rows, pack.tree.city, pack.key), pack.name.zh, pack.name.en)
    for part in shapes:
        rows = hanging.shaped(rows, part, told)
    rows = hanging.by_position(hanging.by_name(rows, told), told)
    return hanging.by_depth(rows, told)


def refuse(pack: Pack, told: Told) -> None:
    """Raises: PackError when there are problems, with the list of them."""
    if told.problems:
        more = len(told.problems) - MOST
        raise PackError("\n".join([f"{pack.folder / CITY}: the regions are no tree:", *told.problems[:MOST],
                                   *([f"and {more} more"] if more > 0 else [])]))


def check_scenes(pack: Pack, codes: set[str]) -> None:
    """Every scene of a wall is of a region that there is. Raises: PackError."""
    for wall in pack.walls:
        for scene in wall.scenes:
            if scene.region is not None and scene.region not in codes:
                raise PackError(f"{pack.folder / CITY}: walls ({wall.key}): {scene.address}: "
                                f"no region has the code {scene.region!r}")


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
