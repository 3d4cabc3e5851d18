"""Boundaries in any format and projection that GDAL reads."""

from pathlib import Path

import geopandas
import pytest
from shapely.geometry import box

from ingest.load_tree import boundaries
from ingest.pack import PackError


def square(path: Path) -> Path:
    """One kilometre by one in New York's feet, its south-west corner at the projection's false origin."""
    side = 1000 / 0.3048006096  # US survey feet
    geopandas.GeoDataFrame({"code": ["007"]}, geometry=[box(984250, 0, 984250 + side, side)], crs=2263).to_file(path)
    return path


@pytest.mark.parametrize("name", ["square.shp", "square.gpkg", "square.geojson"])
def test_a_projected_file_comes_out_in_degrees_and_keeps_its_leading_zeros(tmp_path: Path, name: str) -> None:
    found = boundaries(square(tmp_path / name))
    west, south, _, _ = found.total_bounds
    assert (west, south) == pytest.approx((-74, 40.1667), abs=1e-3)  # EPSG:2263: 74°W, 40°10'N
    assert list(found["code"]) == ["007"]


def test_a_shapefile_without_its_projection_is_refused_and_not_guessed(tmp_path: Path) -> None:
    path = square(tmp_path / "square.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(PackError, match="says no coordinate system"):
        boundaries(path)


def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "square.geojson").write_text("not a map")
    with pytest.raises(PackError, match=r"square\.geojson"):
        boundaries(tmp_path / "square.geojson")
