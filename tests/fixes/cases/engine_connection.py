from sqlalchemy import create_engine, text

engine = create_engine("postgresql:///shop")


def stock(item):
    conn = engine.connect()
    row = conn.execute(text("SELECT stock FROM items WHERE id = :i"), {"i": item}).fetchone()
    conn.close()
    return row
