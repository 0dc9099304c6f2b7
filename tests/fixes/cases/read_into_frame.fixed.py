import sqlite3

import pandas as pd


def frame(path):
    conn = sqlite3.connect(path)
    try:
        df = pd.read_sql("SELECT * FROM t", conn)
    finally:
        conn.close()
    return df.dropna()
