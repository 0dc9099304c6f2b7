import pymysql


class Wrapper:
    def __init__(self, cnx):
        self.cnx = cnx

    def close(self):
        self.cnx.close()


class Connection(Wrapper):
    def __init__(self, path, charset):
        cnx = pymysql.connect(db=path, charset=charset)
        try:
            cursor = cnx.cursor()
            cursor.execute("SHOW VARIABLES WHERE variable_name = 'character_set_database'")
            actual = cursor.fetchone()[1]
        except BaseException:
            cnx.close()
            raise
        cursor.close()
        if actual != charset:
            cnx.close()
            cnx = pymysql.connect(db=path, charset=actual)
        self.path = path
        Wrapper.__init__(self, cnx)
