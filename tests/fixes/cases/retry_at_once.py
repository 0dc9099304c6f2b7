"""Asks again at once."""

import psycopg2


def connect(dsn):
    while True:
        try:
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            continue


def connect_logged(dsn, log):
    while True:
        try:
            conn = psycopg2.connect(dsn)
            break
        except psycopg2.OperationalError as error:
            log.warning("again: %s", error)  # and again
    return conn


def connect_quietly(dsn):
    while True:
        try:
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            pass
