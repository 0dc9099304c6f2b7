"""leaklint against the truth of random programs; and the oracle against programs whose truth is plain."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.oracle.compare import compare
from tests.oracle.programs import programs
from tests.oracle.truth import TooManyRuns, truth


def short_run(programs: int) -> settings:
    return settings(
        max_examples=programs,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@seed(20)
@short_run(50)
@given(programs())
def test_no_leak_is_missed_and_no_repair_breaks(text: str) -> None:
    try:
        result = compare(text)
    except TooManyRuns:
        return
    assert not result.missed, text
    assert not result.repairs, f"{text}\n{result.repaired}"


def test_false_alarms_are_rare() -> None:
    counts = {"safe": 0, "false": 0}

    @seed(21)
    @short_run(200)
    @given(programs())
    def count(text: str) -> None:
        try:
            result = compare(text, repair=False)
        except TooManyRuns:
            return
        assert not result.missed, text
        counts["safe"] += len(result.truth.safe)
        counts["false"] += len(result.false)

    count()
    # One program more: in so few, one and its variations weigh much. The long run holds the share itself.
    assert counts["false"] <= 0.01 * counts["safe"] + 1, counts


LEAKY_ON_FAULT = """\
import sqlite3

def job():
    c = sqlite3.connect('db')
    c.execute('q')
    c.close()
"""

PROTECTED = """\
import sqlite3

def job():
    c = sqlite3.connect('db')
    try:
        c.execute('q')
    finally:
        c.close()
"""

TRANSACTION_ONLY = """\
import psycopg2

def job():
    with psycopg2.connect('dsn') as c:
        c.cursor().execute('q')
"""

SLOT_LOST = """\
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, 'dsn')

def job():
    c = pool.getconn()
    c.close()
"""

BLAMES_THE_CALLER = """\
import sqlite3

def open_it():
    return sqlite3.connect('db')

def job():
    c = open_it()
"""

RETURNED = """\
import sqlite3

def job():
    return sqlite3.connect('db'), 1
"""

NOT_AWAITED = """\
import asyncpg

async def job():
    c = await asyncpg.connect('dsn')
    c.close()
"""

UNPROTECTED_YIELD = """\
import sqlite3
from contextlib import contextmanager

@contextmanager
def job():
    c = sqlite3.connect('db')
    yield c
    c.close()
"""

WRONG_HANDLER = """\
import sqlite3
from support import work

def job():
    c = sqlite3.connect('db')
    try:
        work()
    except sqlite3.Error:
        pass
    c.close()
"""

STOPPED_EARLY = """\
import sqlite3

def job(items):
    c = sqlite3.connect('db')
    yield 1
    c.close()
"""

OWNER_CLOSED = """\
import sqlite3

class Store:
    def __init__(self):
        self.conn = sqlite3.connect('db')

    def close(self):
        self.conn.close()

def job():
    store = Store()
    store.close()
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (LEAKY_ON_FAULT, {4: True}),
        (PROTECTED, {4: False}),
        (TRANSACTION_ONLY, {4: True}),
        (SLOT_LOST, {6: True}),
        (BLAMES_THE_CALLER, {4: False, 7: True}),
        (RETURNED, {4: False}),
        (NOT_AWAITED, {4: True}),
        (UNPROTECTED_YIELD, {6: True}),
        (WRONG_HANDLER, {5: True}),
        (STOPPED_EARLY, {4: True}),
        (OWNER_CLOSED, {5: False, 11: False}),
    ],
)
def test_the_oracle_knows_the_truth(text: str, lines: dict[int, bool]) -> None:
    found = truth(text)
    assert {line: line in found.leaking for line in found.lines} == lines


def test_every_fault_and_input_is_tried_once() -> None:
    found = truth(PROTECTED)
    assert sorted(run.fault for run in found.runs) == [
        "",
        "IntegrityError from connect at line 4",
        "IntegrityError from execute at line 6",
        "IntegrityError from release at line 8",
        "OperationalError from connect at line 4",
        "OperationalError from execute at line 6",
        "OperationalError from release at line 8",
    ]
    assert len({tuple(sorted(run.choices.items())) for run in found.runs}) == len(found.runs)
