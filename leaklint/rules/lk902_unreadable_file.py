"""LK902: a file that could not be read or parsed. Found where files are read."""

from __future__ import annotations

from leaklint.rules.base import Rule

RULE = Rule(
    code="LK902",
    name="unreadable-file",
    summary="a file that leaklint could not check: a syntax error, an unknown encoding, or undecodable bytes.",
    why="""\
Silence about a file means that it was looked at. Where it could not be, leaklint says so and goes on with the others;
the exit status stays as it is unless `--strict` is given.""",
    bad="""\
import sqlite3

conn = sqlite3.connect("app.db"  # expect: LK902
""",
    good="""\
import sqlite3

conn = sqlite3.connect("app.db")
conn.close()
""",
)
