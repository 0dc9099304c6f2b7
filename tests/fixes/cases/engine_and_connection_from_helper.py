from sqlalchemy import MetaData, create_engine


def engine_and_connection(given):
    if not isinstance(given, str):
        return None, given
    engine = create_engine(given)
    return engine, engine.connect()


def tables(given):
    engine, connection = engine_and_connection(given)

    # What is there now.
    metadata = MetaData()
    metadata.reflect(connection)

    try:
        return list(metadata.tables)
    finally:
        if engine is not None:
            connection.close()
            engine.dispose()
