from sqlalchemy import MetaData, create_engine


def engine_and_connection(given):
    if not isinstance(given, str):
        return None, given
    engine = create_engine(given)
    return engine, engine.connect()


def tables(given):
    engine, connection = engine_and_connection(given)

    try:
        # What is there now.
        metadata = MetaData()
        metadata.reflect(connection)

        return list(metadata.tables)
    finally:
        if engine is not None:
            connection.close()
            engine.dispose()
