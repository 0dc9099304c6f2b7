from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=app")


def get_conn():
    return pool.getconn()


def put_conn(conn):
    pool.putconn(conn)


def profile(uid):
    conn = get_conn()
    cur = conn.cursor()
    cur.execute("SELECT * FROM profiles WHERE id = %s", (uid,))
    row = cur.fetchone()
    if row is None:
        return {"error": "not found"}
    put_conn(conn)
    return {"name": row["name"]}
