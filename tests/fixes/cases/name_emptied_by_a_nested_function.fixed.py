import psycopg


def transfer(dsn, amount):
    source = psycopg.connect(dsn)
    try:
        sink = psycopg.connect(dsn)
        try:

            def done():
                nonlocal source
                source.close()
                source = None

            sink.execute("UPDATE account SET total = total + %s", (amount,))
            done()
        finally:
            try:
                sink.close()
            finally:
                if source:
                    source.close()
    except BaseException:
        if source is not None:
            source.close()
        raise
