import psycopg2


def warm_up(dsns):
    for dsn in dsns:
        conn = psycopg2.connect(dsn)
        conn.close()
    print("warm")
