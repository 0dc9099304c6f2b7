# style: with
from __future__ import annotations

import psycopg2


def touch(path):
    conn = psycopg2.connect(path)
    conn.cursor().execute("UPDATE t SET n = 1")
    conn.close()
