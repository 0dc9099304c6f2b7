from sqlalchemy import create_engine, text


def stock(url, item):
    engine = create_engine(url)
    with engine.connect() as conn:
        return conn.execute(text("SELECT stock FROM items WHERE id = :i"), {"i": item}).scalar()
