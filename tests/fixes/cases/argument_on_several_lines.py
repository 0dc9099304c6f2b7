import sqlite3

import pandas as pd


def frame(path):
    return pd.read_sql(
        "SELECT * FROM t",  # all of it
        sqlite3.connect(path),
        index_col="id",
    )
