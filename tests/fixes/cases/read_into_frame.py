import sqlite3

import pandas as pd


def frame(path):
    conn = sqlite3.connect(path)
    df = pd.read_sql("SELECT * FROM t", conn)
    return df.dropna()
