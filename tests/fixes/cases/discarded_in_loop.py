import psycopg2


def warm_up(dsns):
    for dsn in dsns:
        psycopg2.connect(dsn)
    print("warm")
