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
        try:
            self._get(host).cursor().execute("DROP TABLE t")
        finally:
            if self._conn is not None:
                self._conn.close()
                self._conn = None


class Other:
    def start(self):
        self.conn = pymysql.connect(host="db")

    def stop(self):
        try:
            print("stopped")
        finally:
            if getattr(self, "conn", None) is not None:
                self.conn.close()
                self.conn = None
