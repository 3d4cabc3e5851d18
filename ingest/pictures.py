"""The addresses of pictures that devices come with: checked, and brought up to date beside the device."""

import numpy as np
import pandas as pd

from data_access.engine import sql
from indicators.pictures import origin
from ingest.batch import Batch, texts
from ingest.checks import shown

NAMES = ("stream", "snapshot")
WRITE = """
    INSERT INTO device_picture AS known (device_id, stream, snapshot)
    SELECT d.device_id, t.stream, t.snapshot
      FROM (SELECT DISTINCT ON (code) code, stream, snapshot
              FROM unnest(CAST(:codes AS text[]), CAST(:stream AS text[]), CAST(:snapshot AS text[]))
                   WITH ORDINALITY AS u (code, stream, snapshot, at)
             ORDER BY code, at DESC) AS t
      JOIN device d USING (code)
     ORDER BY d.device_id
        ON CONFLICT (device_id) DO UPDATE
       SET stream = COALESCE(excluded.stream, known.stream), snapshot = COALESCE(excluded.snapshot, known.snapshot)"""


def check_pictures(batch: Batch) -> None:
    """An address that is none is left out, and its device marked."""
    for name in NAMES:
        column = batch.table[name]
        for at in np.flatnonzero(~pd.isna(column)):
            try:
                origin(column[at])
            except ValueError as error:
                batch.marks.add(at, name, "address", f"{shown(column[at])} is left out: {error}")
                column[at] = None


def store_pictures(batch: Batch) -> None:
    """Write the addresses of the rows that are good, after their devices."""
    rows = batch.good()
    told = rows[~(pd.isna(batch.table["stream"][rows]) & pd.isna(batch.table["snapshot"][rows]))]
    if len(told):
        batch.connection.execute(sql(WRITE), {"codes": texts(batch.table["code"][told]), **{
            name: texts(batch.table[name][told]) for name in NAMES}})
