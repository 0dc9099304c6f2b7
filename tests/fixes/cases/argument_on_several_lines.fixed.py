import sqlite3
from contextlib import closing

import pandas as pd


def frame(path):
    with closing(sqlite3.connect(path)) as conn:
        return pd.read_sql(
            "SELECT * FROM t",  # all of it
            conn,
            index_col="id",
        )
