import logging
import time
from random import choice

import pymysql


def connect(hosts):
    while True:
        try:
            return pymysql.connect(host=choice(hosts))
        except pymysql.OperationalError:
            logging.exception("no server")
            time.sleep(2)  # seconds
