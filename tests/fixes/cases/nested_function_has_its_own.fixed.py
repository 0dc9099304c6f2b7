import psycopg2


class Runner:
    def connect(self, dsn):
        try:
            conn = psycopg2.connect(dsn)
        except psycopg2.Error as error:
            raise RuntimeError("no such database") from error

        def run(sql):
            conn = psycopg2.connect(dsn)
            try:
                return conn.cursor().execute(sql)
            finally:
                conn.close()

        self.run = run
        try:
            print(conn.server_version)
        finally:
            conn.close()
