"""Reports, through SQLAlchemy."""

from sqlalchemy import create_engine, text


class Reports:
    """Counts by month."""

    def __init__(self, dsn):
        url = "postgresql+psycopg2://" + dsn.partition("://")[2]
        self.engine = create_engine(url, pool_size=2, max_overflow=1, pool_timeout=0.5)
        self.remembered = []

    def month(self, name):
        try:
            return self.count(name)
        except ValueError as error:
            self.remembered.append(error)
            raise

    def count(self, name):
        conn = self.engine.connect()
        value = conn.execute(text("SELECT CAST(:month AS int) * 100"), {"month": int(name)}).scalar_one()
        conn.close()
        return value

    def close(self):
        self.engine.dispose()
