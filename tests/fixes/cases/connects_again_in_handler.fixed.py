import psycopg2


def rows_of(dsn, sql):
    def connect():
        return psycopg2.connect(dsn)

    conn = None
    try:
        conn = connect()
        cur = conn.cursor()
        cur.execute(sql)
        return cur.fetchall()
    except psycopg2.InterfaceError:
        if conn:
            conn.close()
        conn = connect()
        cur = conn.cursor()
        cur.execute(sql)
        return cur.fetchall()
    except psycopg2.Error as error:
        if conn:
            conn.rollback()
            raise ValueError(sql) from error
    finally:
        if conn is not None:
            conn.close()
