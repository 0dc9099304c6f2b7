from typing import cast

import pandas
import psycopg2


def frame(dsn, sql, wanted):
    if wanted:
        conn = psycopg2.connect(dsn)
        try:
            result = cast("pandas.DataFrame", pandas.read_sql(sql, conn))
        finally:
            conn.close()
    else:
        result = None
    print(result)
    return result
