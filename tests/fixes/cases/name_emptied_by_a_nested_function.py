import psycopg


def transfer(dsn, amount):
    source, sink = psycopg.connect(dsn), psycopg.connect(dsn)
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
