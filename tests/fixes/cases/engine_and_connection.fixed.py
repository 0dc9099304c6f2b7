from sqlalchemy import create_engine, text


def names(url):
    engine = create_engine(url)
    try:
        conn = engine.connect()
        try:
            rows = conn.execute(text("SELECT name FROM t")).fetchall()
        finally:
            conn.close()
    finally:
        engine.dispose()
    return [row[0] for row in rows]
