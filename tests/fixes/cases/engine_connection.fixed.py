from sqlalchemy import create_engine, text

engine = create_engine("postgresql:///shop")


def stock(item):
    conn = engine.connect()
    try:
        row = conn.execute(text("SELECT stock FROM items WHERE id = :i"), {"i": item}).fetchone()
    finally:
        conn.close()
    return row
