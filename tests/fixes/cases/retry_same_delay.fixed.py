import logging
import random
import time
from random import choice

import pymysql


def connect(hosts):
    delay = 2
    while True:
        try:
            return pymysql.connect(host=choice(hosts))
        except pymysql.OperationalError:
            logging.exception("no server")
            time.sleep(delay * random.uniform(0.5, 1.5))  # seconds
            delay = min(2 * delay, 60)
