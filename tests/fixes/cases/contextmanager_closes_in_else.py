from contextlib import contextmanager

import pymysql


@contextmanager
def transaction(cfg):
    conn = pymysql.connect(**cfg)
    try:
        yield conn
    except Exception:
        conn.rollback()
        raise
    else:
        conn.commit()
        conn.close()
