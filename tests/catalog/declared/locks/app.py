import asyncio
import threading

lock = threading.Lock()
again = threading.RLock()


def unsafe(work):
    lock.acquire()  # expect: LK102
    work()
    lock.release()


def safe(work):
    lock.acquire()  # expect: ok
    try:
        work()
    finally:
        lock.release()


def safest(work):
    with lock:
        work()


def with_after(work):
    lock.acquire()  # expect: ok
    try:
        work()
    finally:
        lock.release()
    with lock:
        work()


def nested(work):
    again.acquire()  # expect: ok
    try:
        with again:
            work()
        again.acquire()  # expect: ok
        try:
            work()
        finally:
            again.release()
    finally:
        again.release()


def maybe(work):
    if lock.acquire(False):  # expect: ok
        try:
            work()
        finally:
            lock.release()


def maybe_not(work):
    if not lock.acquire(blocking=False):  # expect: ok
        return None
    try:
        return work()
    finally:
        lock.release()


def got_it(work):
    got = lock.acquire(timeout=1)  # expect: ok
    try:
        work()
    finally:
        if got:
            lock.release()


def early(work):
    lock.acquire()  # expect: LK103
    if not work:
        return 1
    lock.release()


def still_locked(work):
    lock.acquire()  # expect: ok
    try:
        work()
    finally:
        if lock.locked():
            lock.release()


def alias(work):
    mine = lock
    mine.acquire()  # expect: ok
    try:
        work()
    finally:
        mine.release()


def loop(items, work):
    for item in items:
        lock.acquire()  # expect: ok
        try:
            work(item)
        finally:
            lock.release()


def loop_unsafe(items, work):
    for item in items:
        lock.acquire()  # expect: LK102
        work(item)
        lock.release()


def local(work):
    mine = threading.Lock()
    mine.acquire()  # expect: LK102
    work()
    mine.release()


def param(mine: threading.Lock, work):
    mine.acquire()  # expect: LK102
    work()
    mine.release()


def yields(mine: threading.Lock, work):
    lock.release()
    try:
        work()
    finally:
        lock.acquire()  # expect: ok


class Guard:
    def __init__(self):
        self._lock = threading.RLock()
        self.n = 0

    def acquire(self):
        self._lock.acquire()  # expect: ok

    def release(self):
        self._lock.release()

    def __enter__(self):
        self._lock.acquire()  # expect: ok
        try:
            self.n += compute()
        except ValueError:
            self._lock.release()
            raise
        return self

    def __exit__(self, *a):
        self._lock.release()

    def unsafe(self, work):
        self._lock.acquire()  # expect: LK102
        self.n = work()
        self._lock.release()

    def helper(self):
        with self._lock:
            self.n += 1

    def calls_helper(self):
        self._lock.acquire()  # expect: ok
        try:
            self.helper()
        finally:
            self._lock.release()

    def calls_release(self, work):
        self._lock.acquire()  # expect: ok
        try:
            work()
        finally:
            self.release()


def compute():
    return int("1")


async def tidy(work):
    one = asyncio.Lock()
    await one.acquire()  # expect: ok
    try:
        await work()
    finally:
        one.release()


class Worker:
    def __init__(self):
        self.gate = asyncio.Lock()

    async def untidy(self, work):
        await self.gate.acquire()  # expect: LK102
        await work()
        self.gate.release()

    async def timed(self, work):
        await asyncio.wait_for(self.gate.acquire(), 5)  # expect: ok
        try:
            await work()
        finally:
            self.gate.release()

    async def best(self, work):
        async with self.gate:
            await work()


def two(a: threading.Lock, b: threading.Lock, work):
    a.acquire()  # expect: ok
    try:
        b.acquire()  # expect: ok
        try:
            work()
        finally:
            b.release()
    finally:
        a.release()


def handed_to_thread(sem: threading.Semaphore, work):
    sem.acquire()  # expect: ok
    threading.Thread(target=work, args=(sem,)).start()


def twice(work):
    lock.acquire()  # expect: LK205
    try:
        work()
    finally:
        lock.release()
    lock.release()


def as_asked(wait, work):
    if lock.acquire(blocking=wait):  # expect: LK102
        work()
        lock.release()


def taken_elsewhere(locks, key, work):
    locks[key].acquire()  # expect: ok
    work()
    locks[key].release()


def released_by_a_callback(sem: threading.Semaphore, executor, work):
    sem.acquire()  # expect: ok
    future = executor.submit(work)
    future.add_done_callback(lambda _: sem.release())


class TryLock:
    def __init__(self):
        self._lock = threading.Lock()

    def acquire(self, ready):
        self._lock.acquire()  # expect: ok
        if not ready():
            self._lock.release()
            return False
        return True
