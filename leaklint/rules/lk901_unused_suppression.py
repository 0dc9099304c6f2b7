"""LK901: an ignore comment that ignores nothing. Found where suppressions are applied."""

from __future__ import annotations

from leaklint.rules.base import Rule

RULE = Rule(
    code="LK901",
    name="unused-suppression",
    summary="a `# leaklint: ignore` comment that suppresses nothing.",
    why="""\
The leak it was written for is gone, or stands on another line now. Left in place, the comment would silence the next
one without anybody having looked at it.""",
    bad="""\
import sqlite3


def vacuum(path):
    conn = sqlite3.connect(path)  # leaklint: ignore[LK102] closed at exit  # expect: LK901
    try:
        conn.execute("VACUUM")
    finally:
        conn.close()
""",
    good="""\
import sqlite3


def vacuum(path):
    conn = sqlite3.connect(path)  # leaklint: ignore[LK101] the process ends here
    conn.execute("VACUUM")
""",
)
