import psycopg2


def totals(hosts):
    conns = [psycopg2.connect(h) for h in hosts]  # all at once
    try:
        return [c.cursor() for c in conns]
    finally:
        for c in conns:
            c.close()
