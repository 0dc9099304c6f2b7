"""`python app.py DSN` serves on a free port of loopback and prints it."""

import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from feed import Feed
from orders import Orders
from reports import Reports


routes = {}


class Handler(BaseHTTPRequestHandler):
    """200 with the answer, 400 for a bad request, 503 where the database or its pool refuses."""

    def do_GET(self):
        _, name, argument = [*self.path.split("/", 2), "", ""][:3]
        try:
            status, body = 200, str(routes[name](argument))
        except (ValueError, KeyError):
            status, body = 400, "bad request"
        except Exception as error:
            status, body = 503, " ".join(f"{type(error).__name__}: {error}".split())
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def main(dsn):
    with closing(Orders(dsn)) as orders, closing(Reports(dsn)) as reports, closing(Feed(dsn)) as feed:
        routes.update({"orders": orders.total, "reports": reports.month, "feed": feed.news})
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
