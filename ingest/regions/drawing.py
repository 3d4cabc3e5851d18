"""The shapes of a tree: mended where they were drawn badly, made from the level below where nobody drew them."""

import numpy as np
import pandas as pd
import shapely

from geo.boundaries import SAME, cut, holes, mended, overlaps
from geo.tree import areas_km2, label_points, unions
from ingest.regions.told import Told

SMALLEST_GAP_KM2 = 0.001


def drawn(tree: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The tree with its shapes in order, label points and areas; None and NaN where there is no shape to be had."""
    mend(tree, told)
    for level in sorted(tree["level"].unique()):
        part(tree, level, told)
    complete(tree, told)
    there = tree["geom"].notna().to_numpy()
    points = np.full(len(tree), None, object)
    if there.any():
        points[there] = label_points(tree["geom"].to_numpy(object)[there])
    return tree.assign(label_point=points)


def mend(tree: pd.DataFrame, told: Told) -> None:
    """Make the shapes valid, and tell which were not."""
    shapes = tree["geom"].to_numpy(object)
    if all(shape is None for shape in shapes):
        return
    found = mended(shapes)
    codes = tree["code"].to_numpy(object)
    drawn_levels = set(tree["level"][tree["geom"].notna()])
    bare = tree.iloc[found.missing]
    told.find("no_shape", "regions have no shape though others of their level do", bare["code"][bare["level"].isin(drawn_levels)])
    told.find("no_area", "shapes are points or lines and were left out", codes[found.no_area])
    told.find("invalid", "shapes crossed themselves and were mended", codes[found.invalid])
    tree["geom"] = found.shapes


def part(tree: pd.DataFrame, level: int, told: Told) -> None:
    """Give what two regions of a level claim to the first; refuse regions that claim the same ground."""
    here = tree.index[(tree["level"] == level) & tree["geom"].notna()]
    shapes = tree["geom"].to_numpy(object)[here]
    codes = tree["code"].to_numpy(object)[here]
    found = overlaps(shapes)
    told.problems += [f"{codes[one.first]} and {codes[one.second]} lie over each other by {one.share:.0%} of the smaller"
                      for one in found if one.share > SAME]
    told.find("overlap", "pairs of neighbours overlapped; the ground was left to the first",
              [f"{codes[one.first]}/{codes[one.second]} ({one.share:.1%})" for one in found if one.share <= SAME])
    if found:
        made = tree["geom"].to_numpy(object).copy()
        made[here] = cut(shapes, found)
        tree["geom"] = made


def complete(tree: pd.DataFrame, told: Told) -> None:
    """Give regions without a shape the union of their children's, and its sum of areas."""
    shapes = {code: shape for code, shape in zip(tree["code"], tree["geom"], strict=True) if shape is not None}
    areas = dict(zip(shapes, areas_km2(np.array(list(shapes.values()), dtype=object)), strict=True)) if shapes else {}
    for level in range(int(tree["level"].max()), 0, -1):
        here = tree[tree["level"] == level]
        wanted = here[here["code"].isin(shapes.keys()) & ~here["parent"].isin(shapes.keys())]
        if len(wanted):
            shapes |= unions(np.array([shapes[code] for code in wanted["code"]], dtype=object), list(wanted["parent"]))
            areas |= wanted["code"].map(areas).groupby(wanted["parent"]).sum().to_dict()
    tree["geom"] = pd.Series([shapes.get(code) for code in tree["code"]], tree.index, dtype=object)
    tree["area_km2"] = [areas.get(code, np.nan) for code in tree["code"]]
    city = shapes.get(tree["code"].iloc[0])
    if city is not None:
        gaps(city, told)


def gaps(city: shapely.MultiPolygon, told: Told) -> None:
    """Tell what no region covers though the city lies around it."""
    found = holes(city)
    if not found:
        return
    sizes = areas_km2(np.array([shapely.MultiPolygon([hole]) for hole in found], dtype=object))
    told.find("gap", "gaps in the city belong to no region",
              [f"{size:.3f} km² at {hole.representative_point().x:.4f}, {hole.representative_point().y:.4f}"
               for hole, size in zip(found, sizes, strict=True) if size >= SMALLEST_GAP_KM2])
