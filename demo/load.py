"""A bounded load on loopback, and the service's sessions meanwhile."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psycopg

from demo.server import Server

REQUESTS, CLIENTS = 180, 4
_EVERY_S = 0.02


class Run(NamedTuple):
    """What a load met. statuses: answers by status. refusals: the 503 answers' texts. samples: seconds since the start,
    sessions. steady: the sessions once the load was over."""

    statuses: Counter[int]
    refusals: Counter[str]
    samples: list[tuple[float, int]]
    steady: int


def paths() -> list[str]:
    """The requests, always the same: orders, reports and the feed in turn, every eighth a bad one."""
    found = []
    for number in range(1, REQUESTS + 1):
        route = ("orders", "reports", "feed")[number % 3]
        bad = number % 8 == 0 and route != "feed"
        found.append(f"/{route}/{'x' if bad else number % 12 + 1}")
    return found


def drive(directory: Path, server: Server) -> Run:
    """Start the service that lies in a directory, send it the load, and stop it."""
    command = [sys.executable, "app.py", server.service]
    sampler = _Sampler(server.admin)
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            return _send(int(service.stdout.readline()), sampler)
        finally:
            service.kill()


def _send(port: int, sampler: _Sampler) -> Run:
    statuses: Counter[int] = Counter()
    refusals: Counter[str] = Counter()
    lock = threading.Lock()

    def one(path: str) -> None:
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            conn.request("GET", path)
            answer = conn.getresponse()
            text = answer.read().decode()
        finally:
            conn.close()
        with lock:
            statuses[answer.status] += 1
            if answer.status == 503:
                refusals[text] += 1

    with sampler:
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(one, paths()))
        time.sleep(0.3)
    return Run(statuses, refusals, sampler.samples, sampler.samples[-1][1] if sampler.samples else 0)


class _Sampler:
    """Counts the service's sessions while the block runs, over a connection that it has from the start."""

    def __init__(self, admin: str) -> None:
        self.samples: list[tuple[float, int]] = []
        self._over = threading.Event()
        self._conn = psycopg.connect(admin, autocommit=True)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> _Sampler:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic()
        with self._conn as conn:
            while True:
                over = self._over.is_set()
                row = conn.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'").fetchone()
                assert row is not None
                self.samples.append((time.monotonic() - start, int(row[0])))
                if over:
                    return
                self._over.wait(_EVERY_S)
