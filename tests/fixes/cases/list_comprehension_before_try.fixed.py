import psycopg2


def totals(hosts):
    conns = []  # all at once
    try:
        for h in hosts:
            conns.append(psycopg2.connect(h))
        return [c.cursor() for c in conns]
    finally:
        for c in conns:
            c.close()
