from sqlalchemy import create_engine, select
from sqlalchemy.engine import Connection


def get_engine_and_connection(given=None):
    if given is None:
        engine = create_engine("sqlite:///:memory:")
        connection = engine.connect()
        return None, connection
    if isinstance(given, Connection):
        return None, given
    engine = create_engine(given)
    connection = engine.connect()
    return engine, connection


def load(given, table):
    engine, connection = get_engine_and_connection(given)

    statement = select(table)
    rows = connection.execute(statement)

    try:
        return list(rows)
    finally:
        if engine is not None:
            connection.close()
            engine.dispose()
