from sqlalchemy import create_engine

engine = create_engine("postgresql:///app")


class Rows:
    def __init__(self, result, connection=None):
        self.result = result
        self.connection = connection

    def __next__(self):
        try:
            return next(self.result)
        except StopIteration:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()


def find(query, shared, streamed=False):
    stream = None
    conn = shared
    try:
        if streamed:
            stream = engine.connect()
            conn = stream.execution_options(stream_results=True)

        return Rows(conn.execute(query), connection=stream)
    except BaseException:
        if stream is not None:
            stream.close()
        raise
