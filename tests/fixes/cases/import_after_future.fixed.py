# style: with
from __future__ import annotations

from contextlib import closing

import psycopg2


def touch(path):
    with closing(psycopg2.connect(path)) as conn:
        conn.cursor().execute("UPDATE t SET n = 1")
