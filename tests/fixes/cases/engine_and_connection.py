from sqlalchemy import create_engine, text


def names(url):
    engine = create_engine(url)
    conn = engine.connect()
    rows = conn.execute(text("SELECT name FROM t")).fetchall()
    return [row[0] for row in rows]
