# style: with
from sqlalchemy import create_engine

engine = create_engine("postgresql:///app")


def copy_table():
    raw = engine.raw_connection()
    raw.cursor().copy_expert("COPY t FROM STDIN")
    raw.commit()
    raw.close()
