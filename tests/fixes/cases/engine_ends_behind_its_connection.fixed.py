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

    try:
        statement = select(table)
        rows = connection.execute(statement)

        return list(rows)
    finally:
        if connection is not given:
            connection.close()
        if engine is not None:
            engine.dispose()
