"""`python -m tests.lsp.latency FILE...`: from a keystroke to the diagnostics that follow, through the whole server.

Each keystroke is one edit at a random place of the file: a space at the end of a line; a new line, which moves what
follows; a statement more in a function, which has to be looked at again with all that depends on it. The processor
time of the server is told beside the time on the clock, which depends on what else the machine does.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lsp.editor import Editor

KEYSTROKES = 60
_PAUSE_S = 0.05
_STATEMENT = re.compile(r"( {4}|\t)+(return\b|self\.\w+|\w+ = |\w+\()")


async def latency(path: Path) -> tuple[list[float], float]:
    """Milliseconds from keystroke to diagnostics, warm, and the server's processor time for one, in milliseconds."""
    editor, text = Editor(), path.read_text(encoding="utf-8")
    await editor.start(path.parent)
    try:
        uri = editor.open(path, text)
        await editor.diagnostics(uri)
        lines, chance, times = text.splitlines(keepends=True), random.Random(1), []
        await _keystroke(editor, uri, lines, chance)
        spent = _processor_time(editor)
        for _ in range(KEYSTROKES):
            times.append(await _keystroke(editor, uri, lines, chance))
            await asyncio.sleep(_PAUSE_S)
        return times, (_processor_time(editor) - spent) / KEYSTROKES
    finally:
        await editor.stop()


async def _keystroke(editor: Editor, uri: str, lines: Sequence[str], chance: random.Random) -> float:
    text = typed(lines, chance)
    start = time.perf_counter()
    editor.edit(uri, text)
    await editor.diagnostics(uri)
    return (time.perf_counter() - start) * 1000


def typed(lines: Sequence[str], chance: random.Random) -> str:
    """The text after a keystroke."""
    after, number, kind = list(lines), chance.randrange(len(lines)), chance.randrange(3)
    if kind == 0:
        after[number] = after[number].rstrip("\n") + " \n"
    elif kind == 1:
        after.insert(number, "\n")
    else:
        plain = [at for at, line in enumerate(lines) if _STATEMENT.match(line)]
        number = chance.choice(plain or [0])
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        after.insert(number, f"{indent}typed = str({chance.randrange(9)})\n")
    return "".join(after)


def _processor_time(editor: Editor) -> float:
    """Milliseconds that the server has computed since its start; 0 where the system does not say."""
    process = editor.client._server
    try:
        fields = Path(f"/proc/{process.pid if process else 0}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main(paths: Sequence[str]) -> None:
    for path in map(Path, paths):
        times, spent = asyncio.run(latency(path.absolute()))
        times.sort()
        late = times[int(len(times) * 0.95)]
        print(
            f"{path.name}: {len(path.read_text().splitlines())} lines, {len(times)} keystrokes: "
            f"median {statistics.median(times):.0f} ms, p95 {late:.0f} ms; {spent:.0f} ms of the processor each"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
