"""A report in which everything occurs that a format can show, and the golden outputs made of it.

`python -m tests.report.sample` writes the golden outputs anew; look at what changed before you keep it.
"""

from __future__ import annotations

import json
from pathlib import Path

from leaklint.model import Applicability, Confidence, Edit, Finding, Fix, Severity, WitnessStep
from leaklint.report import FORMATS, Baseline, Report, Suppressed, render

GOLDEN = Path(__file__).parent / "golden"
WITHOUT_GOLDEN = {"html"}

SOURCES = {
    "app/load.py": """\
from app.take import pool, take


def load(query):
    conn = pool.getconn()
    cursor = conn.cursor()
    cursor.execute(query)
    rows = cursor.fetchall()

    conn.commit()
    pool.putconn(conn)
    return rows


def count(names):
    for name in names:
        conn = take()
        if not name:
            continue
        conn.execute("SELECT 'größe 😀' -- <b>&amp;\x1b[31m", name); conn.close()
""",
    "app/take.py": """\
def take():
\treturn pool.getconn()
""",
    "app/odd\x1b[2J name,with:marks%.py": "names = sqlite3.connect('数据库').execute('select 1')  # \u202e\n",
    "lib/wide.py": "rows = [" + "1, " * 60 + "psycopg2.connect(dsn).cursor().fetchall(), " + "2, " * 60 + "]\n",
}


def lines_of(path: str) -> list[str] | None:
    """The lines of a file of the sample."""
    return SOURCES[path].splitlines() if path in SOURCES else None


EXCEPTION = Finding(
    code="LK102",
    name="leaked-on-exception",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="the connection from `pool.getconn()` is not given back when `cursor.execute()` raises",
    path="app/load.py",
    line=5,
    column=12,
    end_line=5,
    end_column=26,
    function="load",
    library="psycopg2",
    resource="pooled connection",
    witness=(
        WitnessStep("app/load.py", 5, 12, "a connection is taken"),
        WitnessStep("app/load.py", 7, 5, "raises"),
        WitnessStep(
            "app/load.py",
            11,
            5,
            "`pool.putconn(conn)` is skipped: nothing gives the connection back, and its slot stays taken until the "
            "process ends",
        ),
    ),
    help="Give it back in a `finally`, so that an exception cannot skip it.",
    fix=Fix(
        Applicability.SAFE,
        "release it in a `finally`",
        (
            Edit("app/load.py", 6, 1, 6, 1, "    try:\n"),
            Edit("app/load.py", 11, 1, 11, 23, "    finally:\n        pool.putconn(conn)"),
        ),
    ),
)
LOOP = Finding(
    code="LK104",
    name="overwritten",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    message="the connection from `take()` is taken again while it is still held",
    path="app/load.py",
    line=17,
    column=16,
    end_line=17,
    end_column=22,
    function="count",
    library="psycopg2",
    resource="pooled connection",
    witness=(
        WitnessStep("app/take.py", 2, 9, "a connection is taken"),
        WitnessStep("app/load.py", 17, 16, "and handed to this caller"),
        WitnessStep("app/load.py", 19, 13, "`continue` skips the release"),
        WitnessStep("app/load.py", 16, 5, "the loop goes on"),
        WitnessStep("app/load.py", 17, 9, "the name is bound again"),
    ),
    help="Give it back before the loop goes on.",
    fix_withheld="re-analysis still sees the leak",
)
DISCARDED = Finding(
    code="LK105",
    name="discarded",
    severity=Severity.NOTE,
    confidence=Confidence.LOW,
    message="the connection from `sqlite3.connect()` is never bound",
    path="app/odd\x1b[2J name,with:marks%.py",
    line=1,
    column=9,
    end_line=1,
    end_column=31,
    library="sqlite3",
    resource="connection",
    witness=(
        WitnessStep("app/odd\x1b[2J name,with:marks%.py", 1, 9, "a connection is taken"),
        WitnessStep("app/odd\x1b[2J name,with:marks%.py", 1, 9, "and lost with the statement, since no name holds it"),
    ),
    help="Bind it with `with closing(...)`.",
    fix=Fix(
        Applicability.UNSAFE,
        "bind it with `closing`",
        (Edit("app/odd\x1b[2J name,with:marks%.py", 1, 1, 1, 9, "with closing(c):\n"),),
    ),
)
GONE = Finding(
    code="LK101",
    name="never-released",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="the connection from `connect()` is never closed",
    path="gone.py",
    line=3,
    column=5,
    end_line=4,
    end_column=2,
    function="main",
    library="psycopg",
    resource="connection",
    witness=(WitnessStep("gone.py", 3, 5, "a connection is taken"),),
    fix=Fix(Applicability.DISPLAY, "close it where the program ends", ()),
)
WIDE = Finding(
    code="LK105",
    name="discarded",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="the connection from `psycopg2.connect()` is never bound",
    path="lib/wide.py",
    line=1,
    column=189,
    end_line=1,
    end_column=210,
    library="psycopg2",
    resource="connection",
    help="Bind it.",
)
SILENCED = Finding(
    code="LK108",
    name="pool-per-call",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message="a pool is built on each call",
    path="app/load.py",
    line=4,
    column=1,
    end_line=4,
    end_column=4,
)

REPORT = Report(
    findings=tuple(sorted((EXCEPTION, LOOP, DISCARDED, GONE, WIDE), key=lambda finding: finding.sort_key)),
    problems=("app/broken.py:3:7: cannot be parsed: invalid <syntax>; fix it or exclude the file",),
    files_checked=1204,
    fixed={"LK201": 1, "LK102": 3},
    withheld=1,
    seconds=2.345,
    version="1.2.3",
    baseline=Baseline(
        path="baseline.json", new=3, unchanged=2, gone=4, states=("new", "unchanged", "new", "unchanged", "new")
    ),
    suppressed=(Suppressed(finding=SILENCED, reason="warm-up script"), Suppressed(finding=SILENCED, kind="external")),
    sources=lines_of,
)
EMPTY = Report(files_checked=12, seconds=0.25, version="1.2.3")


def stable(format: str, text: str) -> str:
    """What of an output the golden file holds: all, but for the rules' own documentation."""
    if format != "sarif":
        return text
    log = json.loads(text)
    for run in log["runs"]:
        run["tool"]["driver"]["rules"] = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    return json.dumps(log, indent=2) + "\n"


def outputs() -> dict[str, str]:
    """The golden outputs by file name."""
    formats = [name for name in FORMATS if name not in WITHOUT_GOLDEN]
    texts = {name: stable(name, render(name, REPORT)) for name in formats}
    texts |= {f"{name}.empty": stable(name, render(name, EMPTY)) for name in formats}
    texts["text.color"] = render("text", REPORT, color=True)
    texts["text.narrow"] = render("text", REPORT, width=60)
    texts["text.short"] = render("text", REPORT, show_witness=False)
    texts["grouped.color"] = render("grouped", REPORT, color=True)
    return texts


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file in GOLDEN.iterdir():
        file.unlink()
    for name, text in outputs().items():
        (GOLDEN / name).write_text(text, "utf-8", newline="\n")
