# style: with
from contextlib import closing

from sqlalchemy import create_engine

engine = create_engine("postgresql:///app")


def copy_table():
    with closing(engine.raw_connection()) as raw:
        raw.cursor().copy_expert("COPY t FROM STDIN")
        raw.commit()
