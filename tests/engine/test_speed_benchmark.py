"""The benchmark's arithmetic and pictures, and one small run of it."""

from __future__ import annotations

import sys
import xml.dom.minidom
from pathlib import Path

import pytest

from benchmarks.speed import code, plot
from benchmarks.speed.measure import run


def test_the_exponent_is_that_of_the_growth() -> None:
    assert plot.exponent([(10, 3.0), (100, 30.0), (1000, 300.0)]) == pytest.approx(1)
    assert plot.exponent([(10, 1.0), (100, 100.0)]) == pytest.approx(2)


def test_pictures_are_well_formed() -> None:
    for text in (
        plot.bars("A & B", "s", {"leaklint <warm>": 0.4, "ruff": 0.7, "slow": 400.0}),
        plot.growth("Growth", {"cold": [(10_000, 0.3), (1_000_000, 20.0)], "warm": [(10_000, 0.1), (1_000_000, 0.3)]}),
    ):
        assert xml.dom.minidom.parseString(text).documentElement.tagName == "svg"


def test_a_run_is_measured_with_all_that_it_starts(tmp_path: Path) -> None:
    inner = "x = bytearray(80_000_000); sum(range(10**7))"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{inner}'])"
    done = run([sys.executable, "-c", script], str(tmp_path), 60)
    assert done is not None
    assert done.seconds >= done.processor * 0.4 > 0
    assert done.memory > 80_000_000
    assert run([sys.executable, "-c", "import time; time.sleep(60)"], str(tmp_path), 0.3) is None


def test_code_is_taken_evenly_and_again(tmp_path: Path) -> None:
    package = tmp_path / "package"
    for number in range(20):
        (package / f"d{number}").mkdir(parents=True)
        (package / f"d{number}" / "m.py").write_text("x = 1\n" * 50)
    assert 300 <= code.part(package, tmp_path / "part", 400) <= 500
    assert code.repeated([package], tmp_path / "more", 2500) == 3000
    assert code.lines_of(code.sources(tmp_path / "more")) == 3000


def test_growth_takes_whole_small_packages(tmp_path: Path) -> None:
    packages = []
    for name, lines in (("large", 900), ("small", 100), ("middling", 300)):
        package = tmp_path / name
        package.mkdir()
        (package / "m.py").write_text("x = 1\n" * lines)
        packages.append(package)
    assert code.smallest(packages, 350) == [tmp_path / "small", tmp_path / "middling"]
    assert code.repeated([tmp_path / "small", tmp_path / "middling"], tmp_path / "more", 500) == 800
