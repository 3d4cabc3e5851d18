"""Whether the regions hang together as one tree."""

from collections import Counter

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ingest.regions.rows import UNKNOWN
from ingest.regions.told import Told


def joined(rows: pd.DataFrame, repeated: pd.Series, told: Told) -> pd.DataFrame:
    """One row a region: what stands on many lines of a file that says so is taken from the first; a code elsewhere is told."""
    first = rows.drop_duplicates("code").copy()
    again = rows[rows["code"].duplicated(keep="first")]
    before = first.set_index("code")
    for row, may in zip(again.itertuples(), repeated[again.index], strict=True):
        known = before.loc[row.code]
        if not may or (known["parent"], known["level"]) != (row.parent, row.level):
            told.problems.append(f"{row.place}: the code {row.code} stands there already ({known['place']})")
    drawn = rows[rows["code"].isin(again["code"]) & rows["geom"].notna()]
    if len(drawn):
        shapes = drawn.groupby("code")["geom"].agg(lambda found: together(found.to_numpy(object)))
        first["geom"] = [shapes.get(code, shape) for code, shape in zip(first["code"], first["geom"], strict=True)]
    return first.reset_index(drop=True)


def below_city(rows: pd.DataFrame, code: str, name_zh: str, name_en: str) -> pd.DataFrame:
    """The rows with the city among them: a row of level 0, or one that is made; regions without a parent hang on it."""
    top = rows["level"] == 0
    if not top.any():
        made = {"level": 0, "code": code, "parent": "", "name_zh": name_zh, "name_en": name_en, "geom": None, "place": "the city",
                "by": "code"}
        rows = pd.concat([pd.DataFrame([made]), rows], ignore_index=True)
        top = rows["level"] == 0
    city = rows["code"][top].iloc[0]
    first = (rows["level"] == 1) & (rows["parent"] == "")
    return rows.assign(parent=rows["parent"].mask(first, city).mask(top, ""))


def city_code(rows: pd.DataFrame, said: str | None, key: str) -> str:
    """The city's code where no row is the city: as the pack says, else the one parent that nobody has, else the pack's key."""
    if said is not None:
        return said
    above = set(rows["parent"]) - set(rows["code"]) - {""}
    return above.pop() if len(above) == 1 else key


def shaped(rows: pd.DataFrame, part: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The rows with the shapes of a file that names their codes; several shapes of a code are one."""
    known = set(rows["code"])
    told.find("unknown_shape", "shapes are of no region that is named and were left out",
              [f"{code} ({place})" for code, place in zip(part["code"], part["place"], strict=True) if code not in known])
    drawn = part[part["code"].isin(known) & part["geom"].notna()]
    shapes = drawn.groupby("code")["geom"].agg(lambda found: together(found.to_numpy(object)))
    given = rows["code"].map(shapes)
    return rows.assign(geom=given.where(given.notna(), rows["geom"]).astype(object).where(lambda made: made.notna(), None))


def together(shapes: NDArray[np.object_]) -> shapely.Geometry:
    """Several shapes as one."""
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapely.make_valid(shapes))


def by_name(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The parents that are named and not coded; a name that several regions of the level above bear says nothing."""
    made = rows.copy()
    for at in rows.index[rows["by"] == "name"]:
        row = rows.loc[at]
        above = rows[rows["level"] == row["level"] - 1]
        found = above["code"][(above["name_zh"] == row["parent"]) | (above["name_en"] == row["parent"])]
        if len(found) == 1:
            made.loc[at, "parent"] = found.iloc[0]
        else:
            told.problems.append(f"{row['place']}: {row['code']} names the parent {row['parent']!r}, which "
                                 f"{len(found) or 'no'} regions of the level above are called")
    return made


def by_position(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The parents of regions that hang where they lie: in the region of the level above that covers a point of theirs."""
    made = rows.copy()
    by_position = rows["by"] == "position"
    for level in sorted(set(rows["level"][by_position])):
        here = made.index[by_position & (made["level"] == level)]
        above = made[(made["level"] == level - 1) & made["geom"].notna()]
        drawn = here[made["geom"][here].notna()]
        told.problems += [f"{made['place'][at]}: {made['code'][at]} has no shape, so its place says no parent"
                          for at in here.difference(drawn)]
        if not len(above):
            told.problems.append(f"no region of level {level - 1} has a shape, so {len(here)} regions below find no parent in it")
            continue
        inside = shapely.point_on_surface(shapely.make_valid(made["geom"][drawn].to_numpy(object)))
        point, parent = shapely.STRtree(above["geom"].to_numpy(object)).query(inside, predicate="intersects")
        found = dict(zip(reversed(point.tolist()), reversed(parent.tolist()), strict=True))
        told.problems += [f"{made['place'][at]}: {made['code'][at]} lies in no region of the level above"
                          for number, at in enumerate(drawn) if number not in found]
        for number, parent_at in found.items():
            made.loc[drawn[number], "parent"] = above["code"].iloc[parent_at]
    return made.drop(columns="by")


def by_depth(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The levels that no file says, one below the parent's; circles of parents are told."""
    if not (rows["level"] == UNKNOWN).any():
        return rows
    parent = dict(zip(rows["code"], rows["parent"], strict=True))
    level = {code: known for code, known in zip(rows["code"], rows["level"], strict=True) if known != UNKNOWN}
    circles: set[frozenset[str]] = set()
    for code in rows["code"]:
        way: list[str] = []
        at = code
        while at in parent and at not in level and at not in way:
            way.append(at)
            at = parent[at]
        if at in way:
            circle = way[way.index(at):]
            if frozenset(circle) not in circles:
                told.problems.append(f"a circle of parents: {' → '.join([*circle, at])}")
            circles.add(frozenset(circle))
            continue
        base = level.get(at, UNKNOWN)
        for step, one in enumerate(reversed(way), 1):
            if base != UNKNOWN:
                level[one] = base + step
    return rows.assign(level=rows["code"].map(level).fillna(UNKNOWN).astype(np.int64))


def rooted(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """Where levels follow from parents, the region without a parent is the city; several are told."""
    roots = rows[(rows["level"] == UNKNOWN) & (rows["parent"] == "")]
    if len(roots) == 1 and not (rows["level"] == 0).any():
        return rows.assign(level=rows["level"].mask(rows["code"] == roots["code"].iloc[0], 0))
    if len(roots):
        told.problems.append(f"several regions without a parent: {', '.join(roots['code'][:20])}; one is the city, "
                             "or `level` says which level these are")
    return rows


def check(rows: pd.DataFrame, keys: list[str], told: Told) -> None:
    """One city, and every other region right below one that is there; what is not so is told."""
    cities = rows[rows["level"] == 0]
    if len(cities) > 1:
        told.problems.append(f"expected one city, found {len(cities)}: {', '.join(cities['code'][:20])}")
    level = dict(zip(rows["code"], rows["level"], strict=True))
    for row in rows.itertuples():
        if row.level == 0:
            continue
        if not row.parent:
            told.problems.append(f"{row.place}: {row.code} names no parent; say how in `parent`")
        elif row.parent not in level:
            told.problems.append(f"{row.place}: {row.code} names the parent {row.parent!r}, which is nowhere")
        elif row.level >= len(keys):
            told.problems.append(f"{row.place}: {row.code} lies {row.level} levels below the city; the pack has only {keys}")
        elif row.level != UNKNOWN and level[row.parent] not in (row.level - 1, UNKNOWN):
            told.problems.append(f"{row.place}: {row.code} ({keys[row.level]}) names the parent {row.parent!r}, "
                                 f"which is a {keys[level[row.parent]]} and not a {keys[row.level - 1]}")
    counts = Counter(rows["level"])
    told.problems += [f"no region of the level {key}: leave it out of `levels`, or say in tree.files where they are"
                      for number, key in enumerate(keys) if not counts[number]]
