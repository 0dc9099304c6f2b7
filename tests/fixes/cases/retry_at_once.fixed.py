"""Asks again at once."""

import random
import time

import psycopg2


def connect(dsn):
    delay = 0.1
    while True:
        try:
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            time.sleep(delay * random.uniform(0.5, 1.5))
            delay = min(2 * delay, 30)
            continue


def connect_logged(dsn, log):
    delay = 0.1
    while True:
        try:
            conn = psycopg2.connect(dsn)
            break
        except psycopg2.OperationalError as error:
            log.warning("again: %s", error)  # and again
            time.sleep(delay * random.uniform(0.5, 1.5))
            delay = min(2 * delay, 30)
    return conn


def connect_quietly(dsn):
    delay = 0.1
    while True:
        try:
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            time.sleep(delay * random.uniform(0.5, 1.5))
            delay = min(2 * delay, 30)
