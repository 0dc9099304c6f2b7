"""Runs leaklint on an example and writes what a terminal showed as docs/recording.svg.

python docs/recording.py            run and write
python docs/recording.py --check    status 1 if a run shows anything else now (but for the time it took)
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "recording.svg"
NAME = "orders.py"
EXAMPLE = """\
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 10, "dbname=shop")


def total(account):
    conn = pool.getconn()
    cur = conn.cursor()
    cur.execute("SELECT sum(amount) FROM entry WHERE account = %s", (account,))
    row = cur.fetchone()
    pool.putconn(conn)
    return row[0]
"""
COMMANDS = (f"leaklint {NAME}", f"leaklint --diff {NAME}", f"leaklint --fix {NAME}")
_TIME = re.compile(r"\d+(?:\.\d+)? m?s\b")
_ESCAPE = re.compile(r"\x1b\[([\d;]*)m")
_CLASSES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "34": "u", "36": "c"}
_CHARACTER, _LINE, _MARGIN = 8.43, 19, 18
_STYLE = """\
svg { background: #16191d; border-radius: 8px }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d7dce2; white-space: pre }
.b { font-weight: bold } .d { fill: #8b949e } .r { fill: #ff7b72 } .g { fill: #7ee787 } .y { fill: #e3b341 }
.u { fill: #79a8ff } .c { fill: #56d4dd } .p { fill: #8b949e }
g { animation: show .2s both } @keyframes show { from { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { g { animation: none } }"""


def shown() -> list[tuple[str, str]]:
    """Each command with what it printed, colours included."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / NAME).write_text(EXAMPLE, encoding="utf-8")
        return [(command, _run(command, directory)) for command in COMMANDS]


def _run(command: str, directory: str) -> str:
    arguments = [
        sys.executable,
        "-m",
        "leaklint",
        *command.split()[1:],
        "--isolated",
        "--no-cache",
        "--color",
        "always",
    ]
    done = subprocess.run(
        arguments,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(HERE.parent), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}")
    return done.stdout.rstrip("\n")


def drawn(session: list[tuple[str, str]]) -> str:
    """The session as SVG: blocks appear one after the other, and stay."""
    blocks, y, width, delay = [], _MARGIN + 14, 0, 0.3
    for command, output in session:
        for lines, pause in (([f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m"], 1.0), (output.split("\n"), 2.5)):
            rows = []
            for line in lines:
                rows.append(f'<text x="{_MARGIN}" y="{y}">{"".join(_spans(line))}</text>')
                width = max(width, len(_ESCAPE.sub("", line)))
                y += _LINE
            blocks.append(f'<g style="animation-delay:{delay:.1f}s">\n' + "\n".join(rows) + "\n</g>")
            delay += pause
        y += _LINE // 2
    size = f'width="{round(width * _CHARACTER) + 2 * _MARGIN}" height="{y + _MARGIN - _LINE}"'
    title = html.escape("; ".join(command for command, _ in session))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" {size} role="img">\n<title>{title}</title>\n'
    return f"{head}<style>\n{_STYLE}\n</style>\n" + "\n".join(blocks) + "\n</svg>\n"


def _spans(line: str) -> Iterator[str]:
    """One line with its colours as tspans."""
    style: list[str] = []
    at = 0
    for escape in [*_ESCAPE.finditer(line), None]:
        text = html.escape(line[at : escape.start() if escape else len(line)], quote=False)
        if text:
            yield f'<tspan class="{" ".join(style)}">{text}</tspan>' if style else text
        if escape is not None:
            at = escape.end()
            style = [_CLASSES[code] for code in escape.group(1).split(";") if code in _CLASSES]


def main(arguments: list[str]) -> int:
    """Write the recording, or compare it; returns the exit status."""
    made = drawn(shown())
    if arguments == ["--check"]:
        same = TARGET.is_file() and _TIME.sub("", TARGET.read_text(encoding="utf-8")) == _TIME.sub("", made)
        if not same:
            print("docs/recording.svg: a run shows something else now; run: python docs/recording.py")
        return 0 if same else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
