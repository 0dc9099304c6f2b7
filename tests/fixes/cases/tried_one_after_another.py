import sqlite3

import psycopg2


def reachable(first, second, sure):
    found = []
    if not sure:
        if first:
            try:
                conn = psycopg2.connect(first)
                cur = conn.cursor()
                cur.execute("SELECT 1")
            except psycopg2.Error:
                print("not there")
            else:
                found.append("postgresql")
        if second:
            try:
                conn = sqlite3.connect(second)
                cur = conn.cursor()
                cur.execute("SELECT 1")
            except sqlite3.Error:
                print("not there")
            else:
                found.append("sqlite")
    return found
