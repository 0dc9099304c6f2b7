import sqlite3

import pandas as pd


def frame(path):
    df = pd.read_sql("SELECT * FROM t", sqlite3.connect(path))
    return df.dropna()
