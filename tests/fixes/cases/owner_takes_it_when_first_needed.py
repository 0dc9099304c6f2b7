from typing import Optional

import pymysql


class Store:
    _conn: Optional[pymysql.Connection] = None

    def _get(self, host):
        if not self._conn:
            self._conn = pymysql.connect(host=host)
        return self._conn

    def read(self, host):
        return self._get(host).cursor().execute("SELECT 1")

    def teardown(self, host):
        self._get(host).cursor().execute("DROP TABLE t")


class Other:
    def start(self):
        self.conn = pymysql.connect(host="db")

    def stop(self):
        print("stopped")
