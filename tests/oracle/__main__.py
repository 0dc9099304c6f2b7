"""The long run: `python -m tests.oracle --programs 20000 --seed 1`.

Exit status 1 if a leak was missed, a repair failed or leaklint crashed.
"""

from __future__ import annotations

import argparse
import ast
import collections
import dataclasses
import sys
import time
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.oracle.compare import Comparison, compare
from tests.oracle.programs import programs
from tests.oracle.shrink import shrink
from tests.oracle.truth import TooManyRuns

MOST_SHRUNK = 12
"""Programs of one kind that are made smaller; it takes long, and the rest say little more."""
TRIES = 200


@dataclasses.dataclass
class Tally:
    """What a series of programs showed. `wrong` holds the first program of each way of being wrong, shrunk."""

    programs: int = 0
    skipped: int = 0
    runs: int = 0
    leaking: int = 0
    safe: int = 0
    missed: int = 0
    false: int = 0
    repaired: int = 0
    failed_repairs: int = 0
    crashed: int = 0
    wrong: dict[str, collections.Counter[str]] = dataclasses.field(default_factory=dict)

    def add(self, text: str, repair: bool, shrinking: bool) -> None:
        self.programs += 1
        try:
            result = compare(text, repair)
        except TooManyRuns:
            self.skipped += 1
            return
        except Exception as error:
            self.crashed += 1
            self.keep(f"crash: {type(error).__name__}: {error}"[:100], text, shrinking)
            return
        self.runs += len(result.truth.runs)
        self.leaking += len(result.truth.leaking)
        self.safe += len(result.truth.safe)
        self.missed += len(result.missed)
        self.false += len(result.false)
        self.repaired += result.repaired != text
        self.failed_repairs += bool(result.repairs)
        if result.kind:
            self.keep(result.kind, text, shrinking)

    def keep(self, kind: str, text: str, shrinking: bool) -> None:
        found = self.wrong.setdefault(kind, collections.Counter())
        repair = kind.startswith("repair")
        if shrinking and found.total() < MOST_SHRUNK:
            text = shrink(text, lambda candidate: kind_of(candidate, repair) == kind, TRIES)
        found[text] += 1

    @property
    def bad(self) -> bool:
        return bool(self.missed or self.failed_repairs or self.crashed)

    def summary(self) -> str:
        rate = 100 * self.false / max(1, self.safe)
        return (
            f"{self.programs} programs ({self.skipped} with too many runs), {self.runs} runs; "
            f"leaks {self.leaking}, missed {self.missed}; safe {self.safe}, false alarms {self.false} ({rate:.2f} %); "
            f"repaired {self.repaired}, repairs that failed {self.failed_repairs}; crashed {self.crashed}"
        )


def kind_of(text: str, repair: bool) -> str:
    try:
        return compare(text, repair).kind
    except TooManyRuns:
        return ""
    except Exception as error:
        return f"crash: {type(error).__name__}: {error}"[:100]


def annotated(text: str) -> str:
    """The program with, at each acquiring line, what is true and what leaklint says."""
    lines = text.splitlines()
    try:
        result: Comparison = compare(text, repair=False)
    except Exception:
        return text
    for line in result.missed:
        lines[line - 1] += f"  # leaks: {result.missed[line].fault or 'without a fault'}; not reported"
    for line, codes in result.false.items():
        lines[line - 1] += f"  # never leaks; reported as {', '.join(codes)}"
    return "\n".join(lines)


def report(tally: Tally, most: int) -> Iterator[str]:
    yield tally.summary()
    for kind, texts in sorted(tally.wrong.items(), key=lambda item: -item[1].total()):
        yield f"\n## {kind}: {texts.total()} programs\n"
        by_size = sorted(texts, key=lambda text: (len(list(ast.walk(ast.parse(text)))), text))
        for text in by_size[:most]:
            yield f"({texts[text]} times)\n```python\n{annotated(text)}\n```\n"
            if kind.startswith("repair"):
                result = compare(text)
                yield f"{'; '.join(result.repairs)}\n```python\n{result.repaired}\n```\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description="Write programs and compare.")
    parser.add_argument("--programs", type=int, default=2000, help="how many programs to write")
    parser.add_argument("--seed", type=int, default=1, help="the same seed writes the same programs")
    parser.add_argument("--no-repair", action="store_true", help="leave out the check of repairs")
    parser.add_argument("--no-shrink", action="store_true", help="show disagreements as they were found")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop comparing after so long")
    parser.add_argument("--show", type=int, default=3, help="how many programs to show of each kind")
    options = parser.parse_args()
    tally = Tally()
    started = time.perf_counter()

    @seed(options.seed)
    @settings(
        max_examples=options.programs,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def each(text: str) -> None:
        if time.perf_counter() - started < options.seconds:
            tally.add(text, not options.no_repair, not options.no_shrink)

    each()
    print("\n".join(report(tally, options.show)))
    print(f"\n{tally.summary()}; {time.perf_counter() - started:.0f} s")
    return 1 if tally.bad else 0


if __name__ == "__main__":
    sys.exit(main())
