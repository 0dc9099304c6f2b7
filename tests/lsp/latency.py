"""`python -m tests.lsp.latency FILE...`: from a keystroke to the diagnostics that follow, through the whole server.

Each keystroke is one edit at a random place of the file: a space at the end of a line; a new line, which moves what
follows; a statement more in a function, which has to be looked at again with all that depends on it. The processor
time of the server is told beside the time on the clock, which depends on what else the machine does.
"""

from __future__ import annotations

import asyncio
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


async def latency(path: Path) -> tuple[list[float], list[float]]:
    """Milliseconds from each keystroke to its diagnostics, warm; those that the server's processor was at work."""
    editor, text = Editor(), path.read_text(encoding="utf-8")
    await editor.start(path.parent)
    try:
        uri = editor.open(path, text)
        await editor.diagnostics(uri)
        lines, chance = text.splitlines(keepends=True), random.Random(1)
        times: list[float] = []
        spent: list[float] = []
        await _keystroke(editor, uri, lines, chance)
        for _ in range(KEYSTROKES):
            before = _processor_time(editor)
            times.append(await _keystroke(editor, uri, lines, chance))
            spent.append(_processor_time(editor) - before)
            await asyncio.sleep(_PAUSE_S)
        return times, spent
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
    """Milliseconds that the threads of the server have computed since its start; 0 where the system does not say."""
    process = editor.client._server
    threads = Path(f"/proc/{process.pid if process else 0}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def main(paths: Sequence[str]) -> None:
    for path in map(Path, paths):
        times, spent = asyncio.run(latency(path.absolute()))
        print(
            f"{path.name}: {len(path.read_text().splitlines())} lines, {len(times)} keystrokes: "
            f"{_told(times)}; of the processor {_told(spent)}"
        )


def _told(times: Sequence[float]) -> str:
    late = sorted(times)[int(len(times) * 0.95)]
    return f"median {statistics.median(times):.0f} ms, p95 {late:.0f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
