"""What the classes of cases and the agencies are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text


@dataclass(frozen=True)
class CaseNames:
    """Names by code."""

    classes: Mapping[str, Text]
    agencies: Mapping[str, Text]


def names(engine: Engine) -> CaseNames:
    """Read all of them: some hundreds. Raises: DataUnavailable. Source: case_class, agency."""
    with reading(engine, "the names of classes and agencies") as connection:
        classes = connection.execute(sql("SELECT code, name_zh, name_en FROM case_class")).all()
        agencies = connection.execute(sql("SELECT code, name_zh, name_en FROM agency")).all()
    return CaseNames({row.code: Text(row.name_zh, row.name_en) for row in classes},
                     {row.code: Text(row.name_zh, row.name_en) for row in agencies})
