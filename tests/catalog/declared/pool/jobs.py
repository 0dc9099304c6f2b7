from workshop import WorkerPool
from workshop.pool import Special
from workshop.single import done_with, one_worker

pool = WorkerPool()


def unsafe(job):
    worker = pool.take()  # expect: LK102
    worker.run(job)
    pool.give_back(worker)


def safe(job):
    worker = pool.take()  # expect: ok
    try:
        worker.run(job)
    finally:
        pool.give_back(worker)


def stopped(job):
    worker = pool.take()  # expect: LK202
    try:
        worker.run(job)
    finally:
        worker.stop()


def special(job):
    special = Special()
    worker = special.take()  # expect: LK101
    worker.run(job)


def typed(mine: WorkerPool, job):
    worker = mine.take()  # expect: LK102
    worker.run(job)
    mine.give_back(worker)


def plain(job):
    worker = one_worker()  # expect: LK102
    job(worker)
    done_with(worker)


def plain_safe(job):
    worker = one_worker()  # expect: ok
    try:
        job(worker)
    finally:
        done_with(worker)


def handed(job):
    return pool.take()  # expect: ok


def user(job):
    worker = handed(job)  # expect: LK102
    worker.run(job)
    pool.give_back(worker)
