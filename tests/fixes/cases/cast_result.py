from typing import cast

import pandas
import psycopg2


def frame(dsn, sql, wanted):
    if wanted:
        conn = psycopg2.connect(dsn)
        result = cast("pandas.DataFrame", pandas.read_sql(sql, conn))
    else:
        result = None
    print(result)
    return result
