import sqlite3
from contextlib import closing

import pandas as pd


def frame(path):
    with closing(sqlite3.connect(path)) as conn:
        df = pd.read_sql("SELECT * FROM t", conn)
    return df.dropna()
