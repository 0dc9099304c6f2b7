"""`python -m tests.baseline DIRECTORY [FILES [ROUNDS]]`: the property on real files, and what came of it.

Takes files below DIRECTORY that have findings, each as a project of its own (so that renaming it breaks no import).
"""

from __future__ import annotations

import ast
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from leaklint.api import LeaklintError, check_source
from leaklint.catalog import load_catalog
from leaklint.source.prefilter import Prefilter
from tests.baseline.stability import trial

LARGEST = 40_000


def leaking(directory: Path, seed: int) -> Iterator[tuple[Path, str]]:
    """Files with findings, in random order."""
    catalog = load_catalog()
    prefilter = Prefilter(catalog.words_of_modules, catalog.free_words)
    paths = sorted(directory.rglob("*.py"))
    random.Random(seed).shuffle(paths)
    for path in paths:
        data = path.read_bytes() if path.is_file() else b""
        if not 0 < len(data) < LARGEST or not prefilter.matters(data):
            continue
        try:
            text = data.decode()
            ast.parse(text)
            if any(one.code < "LK9" for one in check_source(text, "file.py")):
                yield path, text
        except (UnicodeDecodeError, SyntaxError, ValueError, LeaklintError):
            continue


def main(directory: Path, files: int = 20, rounds: int = 50, seed: int = 1) -> int:
    """Try files one by one; returns 1 if a finding of any turned new or vanished."""
    totals, wrong, tried = [0, 0, 0], 0, 0
    for path, text in leaking(directory, seed):
        with tempfile.TemporaryDirectory() as place:
            count = trial({"file.py": text.replace("\r\n", "\n")}, Path(place), rounds, seed)
        tried += 1
        totals = [a + b for a, b in zip(totals, count[:3])]
        wrong += len(count.new) + len(count.gone)
        print(f"{path.relative_to(directory)}: {count.findings} findings, {count.edits} edits", *count.new, *count.gone)
        if tried == files:
            break
    findings, edits, renames = totals
    print(f"{tried} files, {findings} findings, {edits} edits, {renames} renames: {wrong} turned new or vanished")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:4])))
