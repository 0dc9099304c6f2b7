"""The code that is measured on: the packages of the accuracy benchmark, whole, in parts, or again and again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def lines_of(files: Iterable[Path]) -> int:
    """Lines of some files."""
    return sum(path.read_bytes().count(b"\n") for path in files)


def sources(folder: Path) -> list[Path]:
    """The Python files below a folder, in order."""
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def part(folder: Path, target: Path, lines: int) -> int:
    """Copy about so many lines of whole directories, taken evenly from all of the code; returns how many there are."""
    by_directory: dict[Path, list[Path]] = {}
    for path in sources(folder):
        by_directory.setdefault(path.parent, []).append(path)
    counted = {directory: lines_of(files) for directory, files in by_directory.items()}
    step = max(1.0, sum(counted.values()) / lines)
    taken, due = 0, 0.0
    for directory in sorted(counted):
        due += counted[directory] / step
        if taken + counted[directory] / 2 > due:
            continue
        taken += counted[directory]
        place = target / directory.relative_to(folder)
        place.mkdir(parents=True, exist_ok=True)
        for path in by_directory[directory]:
            shutil.copy2(path, place / path.name)
    return taken


def repeated(packages: Iterable[Path], target: Path, lines: int) -> int:
    """All packages, and all again, until there are so many lines. Returns how many."""
    found = [(package, sources(package)) for package in packages]
    sized = [(package, files, lines_of(files)) for package, files in found]
    taken, turn = 0, 0
    while taken < lines:
        for package, files, size in sized:
            for path in files:
                place = target / f"turn{turn}" / package.name / path.relative_to(package)
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, place) if place.parent.stat().st_dev == path.stat().st_dev else shutil.copy2(path, place)
            taken += size
        turn += 1
    return taken


def smallest(packages: Iterable[Path], lines: int) -> list[Path]:
    """The smallest packages that have so many lines together; by their size, then by name."""
    sized = sorted((lines_of(sources(package)), package) for package in packages)
    found: list[Path] = []
    for size, package in sized:
        if lines <= 0:
            break
        found.append(package)
        lines -= size
    return found
